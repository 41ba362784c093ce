import { execFileSync } from 'node:child_process';
import { cp, mkdir, realpath, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What the steps of a Dockerfile for Node call. */
const programs = ['sh', 'env', 'mkdir', 'chown', 'uname'];

const certificates = '/etc/ssl/certs/ca-certificates.crt';

/**
 * A stand-in for Node's official image, whose registry is not reached here: this machine's own Node, npm and shell with the
 * libraries that they load, and the settings by which npm reaches a registry from here.
 *
 * @param folder empty; becomes the context of a build with a Dockerfile of its own
 */
export async function layOutNodeBase(folder: string): Promise<void> {
  const copy = async (file: string, to = file) => {
    await mkdir(join(folder, dirname(to)), { recursive: true });
    await cp(await realpath(file), join(folder, to));
  };
  const found = [process.execPath, ...programs.map(whereIs)];
  for (const file of found) await copy(file, join('/bin', basename(file)));
  for (const file of new Set(found.flatMap(librariesOf))) await copy(file);
  await copy(whereIs('env'), '/usr/bin/env');
  const trusted = [certificates].filter((file) => existsSync(file));
  for (const file of trusted) await copy(file);
  await cp(join(run('npm', ['root', '--global']), 'npm'), join(folder, 'opt/npm'), {
    recursive: true,
    dereference: true,
  });
  await writeFile(join(folder, 'bin/npm'), `#!/bin/node\nrequire('/opt/npm/bin/npm-cli.js');\n`, {
    mode: 0o755,
  });
  await writeFile(
    join(folder, 'npmrc'),
    [
      `registry=${run('npm', ['config', 'get', 'registry'])}`,
      ...trusted.map((file) => `cafile=${file}`),
    ].join('\n'),
  );
  await writeFile(
    join(folder, 'Dockerfile'),
    ['FROM scratch', 'COPY . /', 'ENV PATH=/bin:/usr/bin HOME=/root NPM_CONFIG_GLOBALCONFIG=/npmrc'].join(
      '\n',
    ),
  );
}

function whereIs(program: string): string {
  return run('sh', ['-c', `command -v ${program}`]);
}

function librariesOf(program: string): string[] {
  return [...run('ldd', [program]).matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file!);
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).trim();
}
