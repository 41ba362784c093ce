// Gives the sample project a tenant on this machine, agrees with it once, and lets the two drift apart.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '..', 'dist', 'cli.js');
const run = promisify(execFile);
const id = 'harbour';

/** Not content: the tree of rows and files stays as it is. */
const agreed = {
  'agents/pilot.md': '# Pilot\n\nBrings ships in.\n',
  'skills/knots/bowline.md': '# Bowline\n\nUp, round, down.\n',
  'skills/knots/reef.md': '# Reef knot\n\nLeft over right.\n',
  'skills/signals.md': '# Signals\n\nRed over white.\n\nBlue over white.\n\nGreen over white.\n',
};
const changedHere = {
  'agents/lookout.md': '# Lookout\n\nSees ships first.\n',
  'skills/knots/bowline.md': '# Bowline\n\nUp, round, down, and tight.\n',
  'skills/signals.md': '# Signals\n\nRed over white: fishing.\n\nBlue over white.\n\nGreen over white.\n',
};
const changedThere = {
  'agents/pilot.md': '# Pilot\n\nBrings ships in, and out.\n',
  'skills/signals.md': '# Signals\n\nRed over white.\n\nBlue over white.\n\nGreen over white: trawling.\n',
  'skills/tides.md': '# Tides\n\nHigh water is at noon.\n',
};

/**
 * @param {{ directory: string, tenantDirectory: string }} options the project that `prepareDemo` has laid out; where the
 *   tenant keeps its files, created
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} the running tenant
 */
export async function prepareTenant({ directory, tenantDirectory }) {
  const token = randomBytes(24).toString('base64url');
  const services = join(directory, 'services');
  const remote = join(tenantDirectory, 'services');
  await write(services, agreed);
  await mkdir(tenantDirectory, { recursive: true });
  await cp(services, remote, { recursive: true });
  // Sent by the first push: what was sent is the base of a later merge.
  await rm(join(remote, 'skills'), { recursive: true });
  const tenant = await startTenant(remote, token);
  try {
    await tellProject(directory, tenant.url, token);
    const target = ['--project', directory, '--origin', tenant.url, '--tenant', id];
    const env = { ...process.env, SYSTEMPROMPT_API_TOKEN: token };
    await run(process.execPath, [cli, 'files', 'push', '--yes', ...target], { env });
    await write(services, changedHere);
    await write(remote, changedThere);
    await rm(join(remote, 'skills', 'knots', 'reef.md'));
  } catch (error) {
    await tenant.stop();
    throw error;
  }
  return tenant;
}

function startTenant(services, token) {
  const env = {
    ...process.env,
    SYSTEMPROMPT_TENANT_TOKEN: token,
    SYSTEMPROMPT_TENANT_ID: id,
    SYSTEMPROMPT_TENANT_NAME: 'Harbour',
  };
  const args = [cli, 'tenant', 'serve', '--services', services];
  // A process group of its own: Ctrl-C reaches this process, which then stops everything in order.
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const gone = new Promise((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  // However this process ends.
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The tenant of the demo ended with code ${code}.`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve({ url: JSON.parse(text.split('\n', 1)[0]).url, stop });
    });
  });
}

/** Address and tenant as a workspace setting, the token as a login that only its owner can read. */
async function tellProject(directory, url, token) {
  await write(directory, {
    '.vscode/settings.json': `${JSON.stringify(
      { 'systempromptSync.tenant.origin': url, 'systempromptSync.tenant.id': id },
      null,
      2,
    )}\n`,
  });
  const login = { api_token: token, api_url: url, user_email: 'harbour@example.com' };
  const file = join(directory, '.systemprompt', 'credentials.json');
  await writeFile(file, JSON.stringify(login, null, 2), { mode: 0o600 });
}

async function write(directory, files) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
