import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create } from 'tar';
import { writeArchive } from '../src/core/files/archive/writeArchive';
import { collectFiles } from '../src/core/files/collectFiles';
import { compareFiles } from '../src/core/files/compareFiles';
import { FileSyncService } from '../src/core/files/fileSyncService';
import type { FilesPlan } from '../src/core/files/filesPlan';
import { openHashCache } from '../src/core/files/hashCache';
import { remoteTree } from '../src/core/files/remoteTree';
import { openStateDirectory } from '../src/core/state/stateDirectory';
import { quietContext } from '../src/core/ports';
import { discoverProject } from '../src/core/project/discoverProject';
import { createTenantServer } from '../src/tenant/createTenantServer';
import { sequentialManifest, walkAndStat, walkReadHash, writeServices } from './filesTree';
import { askedParts, measure, printTable } from './measure';

/** `FILES=50000` for the larger size; `npm run bench files:packing,pulling` for some of the tables. */
const count = Number(process.env['FILES'] ?? 5_000);
const operatorToken = 'bench-operator-token';
const parts = { scanning, packing, comparing, pulling, memory };

const root = mkdtempSync(join(tmpdir(), 'sync-bench-files-'));
const home = join(root, 'home');
const services = join(home, 'services');
const remote = join(root, 'remote');
const requests: string[] = [];
mkdirSync(join(home, '.systemprompt'), { recursive: true });
mkdirSync(remote);
writeServices(services, count);
const server = await createTenantServer({
  servicesDir: remote,
  operatorToken,
  maxBodyBytes: 1024 ** 3,
  maxUnpackedBytes: 2 * 1024 ** 3,
  log: (line) => requests.push(line),
});
try {
  console.log(`${count} files, ${(walkAndStat(services) / 1e6).toFixed(0)} MB`);
  await using(home, (files) => files.push({ conflict: 'local' }, async () => ({})));
  for (const part of askedParts(Object.keys(parts) as (keyof typeof parts)[])) await parts[part]();
} finally {
  await server.close();
  rmSync(root, { recursive: true, force: true });
}

async function service(folder: string, origin: string): Promise<FileSyncService> {
  const project = await discoverProject({ start: folder, env: {}, tenantId: 't', origin });
  return new FileSyncService({
    project,
    context: quietContext(),
    env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
    stagingWorker: join(process.cwd(), 'dist', 'stagingWorker.js'),
  });
}

async function using<T>(
  folder: string,
  run: (files: FileSyncService) => Promise<T>,
  origin = server.url,
): Promise<T> {
  const files = await service(folder, origin);
  try {
    return await run(files);
  } finally {
    await files.close();
  }
}

async function scanning(): Promise<void> {
  const directories = ['content', 'skills'];
  const ignored = () => false;
  await measure('Scan and hash', [
    {
      name: 'sha256sum on both cores',
      run: () => shell('find . -type f -print0 | xargs -0 -P2 -n 500 sha256sum > /dev/null', services),
    },
    { name: 'walk, read, hash', run: () => walkReadHash(services) },
    {
      name: 'one after the other (cloud.md 1.6)',
      run: () => sequentialManifest(services),
      anchor: 'ours, cold',
    },
    {
      name: 'ours, cold',
      run: () => collectFiles({ servicesDir: services, directories, ignored }),
      anchor: 'sha256sum on both cores',
      goal: '≤ 1.3',
    },
  ]);
}

async function packing(): Promise<void> {
  const tree = await collectFiles({
    servicesDir: services,
    directories: ['content', 'skills'],
    ignored: () => false,
  });
  const out = join(root, 'out.tar.gz');
  const sources = tree.files.list.map(({ path, size, digest }) => ({
    path,
    size,
    content: { file: join(services, path), digest },
  }));
  const sizes: string[][] = [];
  const size = (name: string) => sizes.push([name, (statSync(out).size / 1e6).toFixed(2)]);
  const hasPigz = shell('command -v pigz || true', services).trim() !== '';
  const packer = hasPigz ? 'tar | pigz -6' : 'tar | gzip -6 (no pigz here)';
  const ours = () => pipeline(writeArchive(sources), createWriteStream(out));
  const nodeTar = () => create({ gzip: { level: 6 }, file: out, cwd: services }, ['content', 'skills']);
  const external = () =>
    shell(`tar cf - content skills | ${hasPigz ? 'pigz' : 'gzip'} -6 > '${out}'`, services);
  await measure('The full archive at level 6', [
    { name: packer, run: external },
    { name: 'node-tar with gzip', run: nodeTar },
    { name: 'ours', run: ours, anchor: packer, goal: '≤ 1' },
    { name: 'ours beside node-tar', run: ours, anchor: 'node-tar with gzip', goal: '≤ 0.4' },
    {
      name: 'hash all, then pack in one stream (cloud.md 1.6)',
      run: async () => {
        sequentialManifest(services);
        await nodeTar();
      },
      anchor: 'ours',
    },
  ]);
  for (const [name, run] of [
    [packer, external],
    ['node-tar', nodeTar],
    ['ours', ours],
  ] as const) {
    await run();
    size(name);
  }
  printTable('Sizes', ['what', 'MB'], sizes);
}

async function comparing(): Promise<void> {
  const manifest = await using(home, (files) => files.manifest());
  const state = openStateDirectory(home);
  const compare = async (isWarm: boolean) => {
    const cache = isWarm ? await openHashCache(state) : undefined;
    const remote = remoteTree(manifest, () => false);
    const { directories } = remote.state;
    const local = await collectFiles({
      servicesDir: services,
      directories,
      ignored: () => false,
      judged: remote.files,
      cache,
    });
    await cache?.save(Date.now());
    const diff = compareFiles({ local, remote, base: undefined, tenant: 't', states: [] });
    if (!diff.inSync) throw new Error('What was just pushed is not equal.');
  };
  let change = 0;
  await measure('Comparing with the manifest, over HTTP on loopback', [
    { name: 'walk, read, hash', run: () => walkReadHash(services) },
    { name: 'walk, stat', run: () => walkAndStat(services) },
    {
      name: 'ours, cold: scan, hash, compare',
      run: () => compare(false),
      anchor: 'walk, read, hash',
      goal: '≤ 1.5',
    },
    {
      name: 'ours, warm: scan with the cache, compare',
      reset: () => compare(true),
      run: () => compare(true),
      anchor: 'walk, stat',
      goal: '≤ 1.3',
    },
    {
      name: 'ours, warm, with token, manifest and the work of the endpoint',
      run: () => using(home, (files) => files.diff()),
      anchor: 'walk, stat',
    },
  ]);
  await measure('A push', [
    { name: 'walk, stat', run: () => walkAndStat(services) },
    {
      name: 'push of one changed file',
      reset: () => writeFileSync(join(services, 'content', 'd1', '1.md'), `changed ${(change += 1)}`),
      run: () => {
        requests.length = 0;
        return using(home, (files) => files.push({}, async () => ({})));
      },
      anchor: 'walk, stat',
    },
  ]);
  const counted = new Map<string, number>();
  for (const line of requests) {
    const { method, route } = JSON.parse(line) as { method: string; route: string };
    counted.set(`${method} ${route}`, (counted.get(`${method} ${route}`) ?? 0) + 1);
  }
  printTable(
    'Requests of that push',
    ['request', 'times'],
    [...counted].map(([name, times]) => [name, String(times)]),
  );
}

async function pulling(): Promise<void> {
  const packed = join(root, 'pull.tar.gz');
  shell(`tar czf '${packed}' content skills`, services);
  let fresh = 0;
  const next = () => {
    fresh += 1;
    const folder = join(root, `pull${fresh}`);
    mkdirSync(join(folder, '.systemprompt'), { recursive: true });
    mkdirSync(join(folder, 'services'));
    return folder;
  };
  const folder = () => join(root, `pull${fresh}`);
  const replaying = spawn(process.execPath, [
    join(process.cwd(), 'bench', 'replayingTenant.mjs'),
    server.url,
  ]);
  const [line] = (await once(replaying.stdout, 'data')) as [Buffer];
  const ready = line.toString().trim();
  const pull = (origin: string) => using(folder(), (files) => files.pull({}, async () => ({})), origin);
  let planned: { readonly files: FileSyncService; readonly plan: FilesPlan } | undefined;
  const planNext = async () => {
    await planned?.files.close();
    next();
    const files = await service(folder(), ready);
    planned = { files, plan: await files.plan(await files.diff(), { direction: 'pull' }) };
  };
  await measure('Pull into an empty directory', [
    { name: 'tar xzf', reset: next, run: () => shell(`tar xzf '${packed}'`, join(folder(), 'services')) },
    {
      name: 'tar xzf, then sync -f',
      reset: next,
      run: () => shell(`tar xzf '${packed}' && sync -f .`, join(folder(), 'services')),
    },
    {
      name: 'ours, applying a plan: download, stage, verify, journal, flush',
      reset: planNext,
      run: () => planned?.files.apply(planned.plan),
      anchor: 'tar xzf',
      goal: '≤ 1.5',
    },
    {
      name: 'ours, with token, manifest and comparison',
      reset: next,
      run: () => pull(ready),
      anchor: 'tar xzf',
      goal: '≤ 1.5',
    },
    {
      name: 'ours, beside what also flushes',
      reset: next,
      run: () => pull(ready),
      anchor: 'tar xzf, then sync -f',
    },
    {
      name: 'ours, and the tenant packs in the same process',
      reset: next,
      run: () => pull(server.url),
      anchor: 'tar xzf',
    },
    { name: 'ours, nothing changed', run: () => pull(server.url), anchor: 'tar xzf' },
  ]);
  await planned?.files.close();
  replaying.kill();
}

/** Of one push and one pull of everything by the command line as it is built; the goal is for 400 MB of files. */
async function memory(): Promise<void> {
  const folder = join(root, 'memory');
  mkdirSync(join(folder, '.systemprompt'), { recursive: true });
  mkdirSync(join(folder, 'services'));
  const pulled = await peakOf('pull', folder);
  for (const name of readdirSync(remote)) rmSync(join(remote, name), { recursive: true });
  // With its base, what the tenant lacks would count as deleted there, and nothing would be pushed.
  rmSync(join(home, '.systemprompt', 'sync'), { recursive: true });
  const pushed = await peakOf('push', home);
  printTable(
    'Peak memory',
    ['what', 'MB', 'goal'],
    [
      ['a push of everything', pushed, '< 200'],
      ['a pull of everything', pulled, '< 200'],
    ],
  );
}

/** @returns megabytes */
async function peakOf(operation: 'push' | 'pull', folder: string): Promise<string> {
  const atExit = 'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS))';
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const argv = ['--import', `data:text/javascript,${atExit}`, cli, 'files', operation, '--yes'];
  const { stderr } = await promisify(execFile)(process.execPath, [...argv, '--origin', server.url], {
    cwd: folder,
    env: { ...process.env, SYSTEMPROMPT_API_TOKEN: operatorToken, SYSTEMPROMPT_TENANT_ID: 't' },
    maxBuffer: 64 * 1024 ** 2,
  });
  return (Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024).toFixed(0);
}

function shell(command: string, cwd: string): string {
  return execFileSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
}
