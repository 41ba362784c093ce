import { expect, it } from 'vitest';
import { isAlive } from '../../../scripts/isAlive.mjs';
import { quietContext } from '../../../src/core/ports';
import { SyncError } from '../../../src/core/syncError';
import { deployFixture } from './deployFixture';
import { pushedDigest } from './standIns';

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('ends the compiler and builds nothing when it is cancelled while it compiles', async () => {
  const { deploy, standIns, released, service } = await deployFixture({
    files: { 'Cargo.toml': '[workspace]' },
  });
  await standIns.behave('cargo build', { hangs: true });
  const abort = new AbortController();
  const running = deploy({}, { signal: abort.signal });
  const compiler = await eventually(async () =>
    (await standIns.calls()).find(({ program }) => program === 'cargo'),
  );
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(isAlive(compiler.pid)).toBe(false);
  expect((await standIns.calls()).some(({ args }) => args[0] === 'build' && args.includes('.'))).toBe(false);
  expect(released).toEqual([]);
  expect(await (await service()).releases()).toEqual([]);
});

it('says that it is not known whether a release was taken when its call is cancelled', async () => {
  const abort = new AbortController();
  let finish = (): void => undefined;
  const { deploy, service } = await deployFixture({
    onRelease: () =>
      new Promise((resolve) => {
        finish = resolve;
        abort.abort();
      }),
  });
  const result = await deploy({ tag: 'stopped' }, { signal: abort.signal });
  finish();
  expect(result).toMatchObject({
    success: false,
    items_synced: 0,
    state: { kind: 'partial' },
    details: { digest: pushedDigest, live: { tag: null } },
  });
  expect(result.details!.live.note).toContain('It is not known whether the tenant took stopped');
  expect((await (await service()).releases()).map(({ tag, result: end }) => [tag, end])).toEqual([
    ['stopped', 'cancelled'],
  ]);
});

it('keeps a release that was taken when the waiting for it is cancelled', async () => {
  const { service, released } = await deployFixture();
  const abort = new AbortController();
  const deploys = await service({ context: quietContext({ signal: abort.signal }) });
  const result = await deploys.deploy({ tag: 'taken' }, async () => ({}), {
    onStep: ({ name, state }) => {
      if (name === 'wait' && state === 'started') abort.abort();
    },
  });
  expect(result).toMatchObject({ success: false, items_synced: 1, state: { kind: 'partial' } });
  expect(result.details!.live.note).toContain('The control plane took taken');
  expect(released).toHaveLength(1);
  expect((await (await service()).releases())[0]).toMatchObject({ tag: 'taken', result: 'released' });
});

it('keeps the last ten releases, and goes back to those and to no other', async () => {
  const { service, released } = await deployFixture();
  const deploys = await service();
  const tags = Array.from({ length: 12 }, (_, index) => `v${index}`);
  for (const tag of tags)
    await deploys.deploy({ tag, skipBuild: true, skipPush: true, waitMs: 0 }, async () => ({}));
  expect((await deploys.releases()).map(({ tag }) => tag)).toEqual(tags.slice(2).reverse());
  await deploys.apply(await deploys.planRollback('v2', { waitMs: 0 }));
  expect(released.at(-1)).toMatch(/:v2$/);
  const after = await deploys.releases();
  expect(after).toHaveLength(10);
  expect(after[0]).toMatchObject({ tag: 'v2', rollback: true });
  const gone: unknown = await deploys.planRollback('v1').catch((error: unknown) => error);
  expect(SyncError.is(gone, 'invalidInput')).toBe(true);
});
