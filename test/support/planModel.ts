import fc from 'fast-check';
import { compareSource } from '../../src/core/content/compareSource';
import type { SourceGroup } from '../../src/core/content/config/contentConfig';
import { contentDigest } from '../../src/core/content/contentDigest';
import { nextBase, type ContentOutcome } from '../../src/core/content/contentOutcome';
import { planContent, type ContentPlan, type ContentPlanOptions } from '../../src/core/content/contentPlan';
import {
  contentKeyText,
  type ContentFields,
  type ContentKey,
  type ScannedFile,
  type RowItem,
} from '../../src/core/models/content';
import type { ContentDiff } from '../../src/core/models/contentDiff';
import type { PlanTarget } from '../../src/core/models/plan';
import type { BaseEntry, BaseState } from '../../src/core/state/baseStore';
import { sha256 } from '../../src/core/digest';

type Letter = 'a' | 'b' | 'c';

/** One item in a small world: what each side holds, by a letter. `broken` is a file that cannot be read. */
export interface ItemWorld {
  readonly slug: string;
  readonly base: Letter | null;
  readonly disk: Letter | 'broken' | null;
  readonly row: Letter | null;
}

export interface World {
  readonly items: readonly ItemWorld[];
  readonly hasBase: boolean;
}

const letter = fc.constantFrom<Letter>('a', 'b', 'c');
const item = fc.record({
  base: fc.option(letter),
  disk: fc.option(fc.constantFrom<Letter | 'broken'>('a', 'b', 'c', 'a', 'b', 'c', 'broken')),
  row: fc.option(letter),
});

export const world: fc.Arbitrary<World> = fc.record({
  hasBase: fc.boolean(),
  items: fc
    .array(item, { maxLength: 6 })
    .map((items) => items.map((one, index) => ({ ...one, slug: `s${index}` }))),
});

export const planOptions: fc.Arbitrary<ContentPlanOptions> = fc.record({
  direction: fc.constantFrom('to-db' as const, 'to-disk' as const),
  override: fc.boolean(),
  deleteOrphans: fc.boolean(),
  conflict: fc.constantFrom('abort' as const, 'disk' as const, 'database' as const),
  slugs: fc.oneof(fc.constant([]), fc.subarray(['s0', 's1', 's2', 's3'], { minLength: 1 })),
});

const source = {
  name: 'docs',
  sourceId: 'docs',
  directory: '/project/services/content/docs',
  path: 'services/content/docs',
  categoryId: 'docs',
  enabled: true,
  allowedKinds: undefined,
  defaultAuthor: undefined,
};
const group: SourceGroup = { sourceId: 'docs', name: 'docs', members: [source], unusable: [] };
const target: PlanTarget = { kind: 'database', label: 'a database', host: '', production: false };
const keyOf = (slug: string): ContentKey => ({ sourceId: 'docs', locale: 'en', slug });
const pathOf = (slug: string) => `${source.path}/${slug}.md`;

function fieldsOf(title: string): ContentFields {
  return {
    title,
    description: '',
    body: '',
    author: 'Ann',
    published_at: '2026-01-15',
    keywords: '',
    kind: 'guide',
    image: null,
    category_id: 'docs',
    public: true,
    links: [],
  };
}

/** Compares and plans a world with the real code; only reading and writing are played by the model. */
export function planWorld({ items, hasBase }: World, options: ContentPlanOptions): ContentPlan {
  const scanned: ScannedFile[] = [];
  const rows: RowItem[] = [];
  const base = new Map<string, BaseEntry>();
  for (const { slug, disk, row, base: agreed } of items) {
    const key = keyOf(slug);
    if (disk !== null && disk !== 'broken') {
      const fields = fieldsOf(disk);
      scanned.push({
        ...key,
        title: fields.title,
        digest: contentDigest(fields),
        path: pathOf(slug),
        fileDigest: sha256(disk),
      });
    }
    if (row !== null) {
      const fields = fieldsOf(row);
      rows.push({ ...key, id: `id-${slug}`, fields, digest: contentDigest(fields), updatedAt: '' });
    }
    if (agreed !== null)
      base.set(contentKeyText(key), { digest: contentDigest(fieldsOf(agreed)), path: pathOf(slug) });
  }
  const broken = items.filter(({ disk }) => disk === 'broken');
  const problem = {
    severity: 'error',
    path: null,
    line: 1,
    column: 1,
    message: 'broken',
    rule: 'yamlSyntax',
  } as const;
  const { diff } = toTheEnd(
    compareSource({
      group,
      scan: {
        items: scanned,
        invalid: broken.map(({ slug }) => ({ path: pathOf(slug), problems: [problem] })),
        excluded: [],
        warnings: [],
      },
      configErrors: [],
      rows: rows.map((row) => ({ ...row, kind: row.fields.kind })),
      details: rows,
      fileFields: new Map(),
      base: hasBase ? base : undefined,
    }),
  );
  const whole: ContentDiff = { inSync: false, sources: [diff], warnings: [], target: 'db', hasBase };
  return planContent(whole, target, options);
}

/** The world after a plan was carried out, and the values that went into the backup. */
export function applyToWorld(
  before: World,
  plan: ContentPlan,
): { readonly world: World; readonly backup: ReadonlySet<string> } {
  const backup = new Set<string>();
  const steps = new Map(plan.steps.map((step) => [step.slug, step]));
  const receiving = plan.direction === 'to-db' ? 'row' : 'disk';
  const giving = plan.direction === 'to-db' ? 'disk' : 'row';
  const items = before.items.map((one) => {
    const step = steps.get(one.slug);
    if (!step) return one;
    if (one[receiving] !== null) backup.add(`${one.slug}:${one[receiving]}`);
    return { ...one, [receiving]: step.action === 'delete' ? null : one[giving] };
  });
  const agreed = plan.steps.filter(({ action }) => action !== 'delete');
  const outcome: ContentOutcome = {
    created: agreed.map((step) => ({ step, digest: step.digest ?? '', path: pathOf(step.slug) })),
    updated: [],
    deleted: plan.steps.filter(({ action }) => action === 'delete'),
    refused: [],
    warnings: [],
    cancelled: false,
  };
  const base = nextBase(before.hasBase ? baseOf(before) : undefined, plan, outcome);
  return {
    world: { hasBase: true, items: items.map((one) => ({ ...one, base: letterOf(base, one.slug) })) },
    backup,
  };
}

function baseOf({ items }: World): BaseState {
  return new Map(
    items.flatMap(({ slug, base }) =>
      base === null
        ? []
        : [[contentKeyText(keyOf(slug)), { digest: contentDigest(fieldsOf(base)), path: pathOf(slug) }]],
    ),
  );
}

function letterOf(base: BaseState, slug: string): Letter | null {
  const digest = base.get(contentKeyText(keyOf(slug)))?.digest;
  return (['a', 'b', 'c'] as const).find((one) => contentDigest(fieldsOf(one)) === digest) ?? null;
}

/** Every value that is new on a side: nobody agreed on it yet, so it must not be lost. */
export function newValues({ items, hasBase }: World): string[] {
  return items.flatMap(({ slug, disk, row, base }) =>
    [disk, row].flatMap((value) =>
      value === null || value === 'broken' || (hasBase && value === base) ? [] : [`${slug}:${value}`],
    ),
  );
}

function toTheEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
