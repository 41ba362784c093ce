import { Client } from 'pg';
import { everything, rulesYaml, storedRules, type AccessProject } from './accessProject';

const file = 'access-control/config.yaml';

/** Two sets that share nothing but their entities, so that any mixture is visible. */
const sets = [
  rulesYaml([
    { id: 'a', roles: ['r1', 'r2'] },
    { id: 'b', roles: ['r1'], access: 'deny' },
    { type: 'skill', id: 's', roles: ['r3'] },
  ]),
  rulesYaml([
    { id: 'a', roles: ['r1'], access: 'deny' },
    { id: 'a', roles: ['q1'] },
    { id: 'b', roles: ['q2'] },
    { type: 'skill', id: 's', roles: ['q3', 'q4'] },
  ]),
];

export interface SwapReport {
  readonly polls: number;
  /** Each set that a reader saw, as text. */
  readonly seen: ReadonlySet<string>;
  /** The sets that it may see. */
  readonly allowed: ReadonlySet<string>;
}

/** Applies two sets in turn, while a second session reads without pause. */
export async function pollThroughSwaps(p: AccessProject, swaps: number): Promise<SwapReport> {
  const allowed = new Set<string>();
  for (const text of sets) {
    await p.write(file, text);
    await p.apply(everything);
    allowed.add((await storedRules(p.db)).join('\n'));
  }
  const reader = new Client({ connectionString: p.db.url });
  await reader.connect();
  const seen = new Set<string>();
  let polls = 0;
  let done = false;
  const polling = (async () => {
    while (!done) {
      const { rows } = await reader.query<{ rule: string }>(
        `SELECT entity_type || '/' || entity_id || ' ' || rule_value || ' ' || access AS rule FROM access_control_rules`,
      );
      seen.add(
        rows
          .map(({ rule }) => rule)
          .sort()
          .join('\n'),
      );
      polls += 1;
    }
  })();
  try {
    for (let swap = 0; swap < swaps; swap += 1) {
      await p.write(file, sets[swap % 2] ?? '');
      const { details } = await p.apply(everything);
      if (!details || details.inserted + details.updated + details.deleted === 0)
        throw new Error(`Swap ${swap} changed nothing.`);
    }
  } finally {
    done = true;
    await polling;
    await reader.end();
  }
  return { polls, seen, allowed };
}
