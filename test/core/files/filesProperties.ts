import fc from 'fast-check';
import { expect } from 'vitest';
import { applyToWorld, planOptions, planWorld, world } from './filesModel';

/** What holds for every base, both sides and all options. */
export function checkFilesProperties(numRuns: number): void {
  fc.assert(
    fc.property(world, planOptions, (before, options) => {
      const plan = planWorld(before, options);
      const { world: after, backup } = applyToWorld(before, plan);

      // Every value that is new on a side survives on a side or in a backup.
      const held = new Set(
        after.files.flatMap(({ path, local, remote }) => [`${path}:${local}`, `${path}:${remote}`]),
      );
      for (const { path, local, remote, base } of before.files) {
        for (const value of [local, remote]) {
          if (value === null || (before.hasBase && value === base)) continue;
          expect(held.has(`${path}:${value}`) || backup.has(`${path}:${value}`)).toBe(true);
        }
      }

      // What cannot be read is never touched, on either side.
      for (const one of before.files.filter(({ local }) => local === 'blind')) {
        const now = after.files.find(({ path }) => path === one.path);
        expect([now?.local, now?.remote, now?.base]).toEqual([
          one.local,
          one.remote,
          before.hasBase ? one.base : null,
        ]);
      }

      // A deletion was asked for, and the base, a name or a choice speaks for it.
      const giving = options.direction === 'push' ? 'local' : 'remote';
      const receiving = giving === 'local' ? 'remote' : 'local';
      for (const { path } of plan.steps.filter(({ action }) => action === 'delete')) {
        const one = before.files.find((file) => file.path === path);
        const chosen = options.choices?.get(path) === giving;
        const known = before.hasBase && one?.base !== null;
        expect(chosen || (options.delete === true && (known || options.named?.has(path)))).toBe(true);
        if (!chosen && options.conflict !== giving && known) expect(one?.[receiving]).toBe(one?.base);
      }

      // The receiving side's own change is overwritten by a choice only.
      for (const { path } of plan.steps.filter(({ action }) => action === 'update')) {
        const one = before.files.find((file) => file.path === path);
        const isOurs = before.hasBase && one?.base !== null && one?.[receiving] === one?.base;
        expect(isOurs || options.conflict === giving || options.choices?.get(path) === giving).toBe(true);
      }

      expect(planWorld(after, options).steps).toEqual([]);
      expect(planWorld({ ...before, files: [...before.files].reverse() }, options).id).toBe(plan.id);
    }),
    { numRuns },
  );
}
