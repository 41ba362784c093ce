import fc from 'fast-check';
import { expect } from 'vitest';
import { applyToWorld, newValues, planOptions, planWorld, world } from './planModel';

/** What holds for every base, disk, rows and flags. The soak runs it a hundred thousand times. */
export function checkPlanProperties(numRuns: number): void {
  fc.assert(
    fc.property(world, planOptions, fc.infiniteStream(fc.nat()), (before, options, order) => {
      const plan = planWorld(before, options);
      const { world: after, backup } = applyToWorld(before, plan);

      const held = new Set(
        after.items.flatMap(({ slug, disk, row }) => [`${slug}:${disk}`, `${slug}:${row}`]),
      );
      for (const value of newValues(before)) expect(held.has(value) || backup.has(value)).toBe(true);

      expect(planWorld(after, options).steps).toEqual([]);

      const broken = before.items.filter(({ disk }) => disk === 'broken').map(({ slug }) => slug);
      expect(plan.steps.filter(({ slug, action }) => broken.includes(slug) && action !== 'create')).toEqual(
        [],
      );
      for (const slug of broken) expect(after.items.find((one) => one.slug === slug)?.disk).toBe('broken');

      const unasked = plan.steps.filter(({ action }) => action === 'delete');
      if (options.deleteOrphans !== true) expect(unasked).toEqual([]);
      for (const { slug } of unasked) {
        const one = before.items.find((candidate) => candidate.slug === slug);
        const deletedThere = before.hasBase && one?.base !== null;
        expect(deletedThere || options.slugs?.includes(slug)).toBe(true);
      }

      const keys = new Map(before.items.map(({ slug }) => [slug, order.next().value as number]));
      const shuffled = [...before.items].sort((a, b) => (keys.get(a.slug) ?? 0) - (keys.get(b.slug) ?? 0));
      expect(planWorld({ ...before, items: shuffled }, options).id).toBe(plan.id);
    }),
    { numRuns },
  );
}
