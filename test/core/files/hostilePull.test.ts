import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hostileArchives } from '../../support/hostileArchives';
import { archiveOf } from '../../support/tenantFixture';
import { downloadRoute, manifestOf, manifestRoute, startApi } from '../api/apiServer';
import { sendJson } from '../../support/scriptedServer';
import { filesFixture } from './filesFixture';

/** A server that gives any manifest and any bytes. */
async function lyingServer(manifest: () => object, archive: () => Buffer) {
  const server = await startApi({
    [manifestRoute]: (_request, response) => sendJson(response, 200, manifest()),
    [downloadRoute]: (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/gzip' }).end(archive()),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

const mine = { 'content/a.md': 'mine', 'content/good.md': 'mine' };

it.each([
  ['in this thread', 0],
  ['in a thread of its own, where there is much', 200],
])(
  'refuses every hostile archive of a lying server whole, %s, with nothing changed',
  async (_, more) => {
    let bytes: Buffer = Buffer.alloc(0);
    const others = Array.from({ length: more }, (_file, index) => [`content/more/${index}.md`, 'x'] as const);
    const manifest = manifestOf({
      'content/good.md': 'good\n',
      'content/new.md': 'x',
      ...Object.fromEntries(others),
    });
    const f = await filesFixture({
      local: mine,
      origin: async () =>
        (
          await lyingServer(
            () => manifest,
            () => bytes,
          )
        ).origin,
    });
    expect(hostileArchives.length).toBeGreaterThanOrEqual(60);
    const service = f.service();
    for (const { name, bytes: build } of hostileArchives) {
      bytes = build();
      const outcome = await service
        .pull({ conflict: 'remote' }, async () => ({}))
        .then(
          () => 'applied',
          (error: { code?: string }) => error.code,
        );
      expect([name, outcome]).toEqual([name, 'tarballUnsafe']);
    }
    expect(await f.local()).toEqual(mine);
    const state = join(f.root, '.systemprompt/sync');
    expect(await readdir(join(state, 'staging'))).toEqual([]);
    // It never came to a change that would be noted.
    expect(existsSync(join(state, 'journal'))).toBe(false);
    // Only of what is large the archive itself is copied.
    if (more > 0) expect(await readdir(join(state, 'cache/agreed'))).toEqual([]);
    else expect(existsSync(join(state, 'cache/agreed'))).toBe(false);
    expect((await service.backups()).length).toBe(0);
  },
  180_000,
);

it('refuses an archive with an entry outside of the directories the tenant names, wanted or not', async () => {
  const archive = await archiveOf({ 'content/new.md': 'x', 'web/index.html': 'x' });
  const f = await filesFixture({
    local: mine,
    origin: async () =>
      (
        await lyingServer(
          () => manifestOf({ 'content/new.md': 'x' }),
          () => archive,
        )
      ).origin,
  });
  await expect(f.pull()).rejects.toMatchObject({ code: 'tarballUnsafe', details: { rule: 'directory' } });
  expect(await f.local()).toEqual(mine);
});

it('takes no part in paths of a manifest that no disk should hold', async () => {
  const paths = [
    '../up.md',
    '/etc/passwd',
    'content/../../x',
    'content/aux',
    'C:/x',
    'content/a\\b',
    'config/.env',
    'elsewhere/x.md',
    'content',
  ];
  const manifest = manifestOf(Object.fromEntries(paths.map((path) => [path, 'x'])));
  const f = await filesFixture({
    local: mine,
    origin: async () =>
      (
        await lyingServer(
          () => manifest,
          () => Buffer.alloc(0),
        )
      ).origin,
  });
  const result = await f.pull({ conflict: 'remote', delete: true });
  expect(result).toMatchObject({ items_synced: 0, details: { written: [], deleted: [] } });
  expect(result.details?.excluded.map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
  expect(await f.local()).toEqual(mine);
});
