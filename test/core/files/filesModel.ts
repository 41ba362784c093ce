import fc from 'fast-check';
import { sha256 } from '../../../src/core/digest';
import { compareFiles } from '../../../src/core/files/compareFiles';
import { FilesByPath } from '../../../src/core/files/filesByPath';
import type { FilesDiff } from '../../../src/core/files/filesDiff';
import { nextBase, nothingDone } from '../../../src/core/files/filesOutcome';
import {
  planFiles,
  type FilesPlan,
  type FilesPlanOptions,
  type FilesSide,
} from '../../../src/core/files/filesPlan';
import type { RemoteState } from '../../../src/core/files/remoteTree';
import type { PlanTarget } from '../../../src/core/models/plan';
import type { BaseEntry } from '../../../src/core/state/baseStore';

export type Letter = 'a' | 'b' | 'c';

/** One file in a small world: what each side holds, by a letter. `blind` is a local file that cannot be read. */
export interface FileWorld {
  readonly path: string;
  readonly base: Letter | null;
  readonly local: Letter | 'blind' | null;
  readonly remote: Letter | null;
}

export interface World {
  readonly files: readonly FileWorld[];
  readonly hasBase: boolean;
}

const letter = fc.constantFrom<Letter>('a', 'b', 'c');
const file = fc.record({
  base: fc.option(letter),
  local: fc.option(fc.constantFrom<Letter | 'blind'>('a', 'b', 'c', 'a', 'b', 'c', 'blind')),
  remote: fc.option(letter),
});

export const world: fc.Arbitrary<World> = fc.record({
  hasBase: fc.boolean(),
  files: fc
    .array(file, { maxLength: 6 })
    .map((files) => files.map((one, index) => ({ ...one, path: `content/${index}.md` }))),
});

const paths = Array.from({ length: 6 }, (_, index) => `content/${index}.md`);
const side = fc.constantFrom<FilesSide>('local', 'remote');

export const planOptions: fc.Arbitrary<FilesPlanOptions> = fc.record({
  direction: fc.constantFrom('push' as const, 'pull' as const),
  conflict: fc.constantFrom('abort' as const, 'local' as const, 'remote' as const),
  delete: fc.boolean(),
  choices: fc
    .array(fc.tuple(fc.constantFrom(...paths), side), { maxLength: 2 })
    .map((pairs) => new Map(pairs)),
  named: fc.subarray(paths).map((some) => new Set(some)),
});

export const remoteState: RemoteState = {
  checksum: 'c',
  conditional: true,
  directories: ['agents', 'content'],
  maxBodyBytes: 2_000_000,
  deletions: true,
  source: 'manifest',
};

const target: PlanTarget = { kind: 'tenant', label: 'a tenant', host: '', production: false };

export function diffWorld({ files, hasBase }: World): FilesDiff {
  const present = <Side extends 'local' | 'remote'>(name: Side) =>
    new FilesByPath(
      files.flatMap((one) => {
        const value = one[name];
        if (value === null || value === 'blind') return [];
        return [{ path: one.path, digest: sha256(value), size: 1, executable: false } as const];
      }),
    );
  const base = new Map<string, BaseEntry>(
    files.flatMap(({ path, base: agreed }) =>
      agreed === null ? [] : [[path, { digest: sha256(agreed) }] as const],
    ),
  );
  return compareFiles({
    local: {
      files: present('local'),
      excluded: files
        .filter(({ local }) => local === 'blind')
        .map(({ path }) => ({ path, kind: 'unreadable', reason: 'cannot be read', side: 'local' })),
    },
    remote: { files: present('remote'), excluded: [], state: remoteState },
    base: hasBase ? base : undefined,
    tenant: 'tenant:t',
    states: [],
  });
}

export function planWorld(before: World, options: FilesPlanOptions): FilesPlan {
  return planFiles(diffWorld(before), target, options);
}

/** The world after a plan was carried out, and the values that went into a backup. */
export function applyToWorld(before: World, plan: FilesPlan): { world: World; backup: ReadonlySet<string> } {
  const backup = new Set<string>();
  const steps = new Map(plan.steps.map((step) => [step.path, step]));
  const receiving = plan.direction === 'push' ? 'remote' : 'local';
  const giving = plan.direction === 'push' ? 'local' : 'remote';
  const files = before.files.map((one) => {
    const step = steps.get(one.path);
    if (!step) return one;
    if (one[receiving] !== null) backup.add(`${one.path}:${one[receiving]}`);
    return { ...one, [receiving]: step.action === 'delete' ? null : one[giving] };
  });
  const outcome = {
    ...nothingDone,
    written: plan.steps.filter(({ action }) => action !== 'delete'),
    deleted: plan.steps.filter(({ action }) => action === 'delete'),
  };
  const base = new Map<string, BaseEntry>(
    before.hasBase
      ? before.files.flatMap(({ path, base: agreed }) =>
          agreed === null ? [] : [[path, { digest: sha256(agreed) }] as const],
        )
      : [],
  );
  const next = nextBase(base, plan, outcome);
  const letterOf = (path: string) =>
    (['a', 'b', 'c'] as const).find((one) => sha256(one) === next.get(path)?.digest) ?? null;
  return {
    world: { hasBase: true, files: files.map((one) => ({ ...one, base: letterOf(one.path) })) },
    backup,
  };
}
