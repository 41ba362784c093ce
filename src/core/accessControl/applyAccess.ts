import { backUpDeletedRows, backUpUpdatedRows, captureRows } from '../backups/backupRows';
import type { Database } from '../database/connection';
import type { RunContext } from '../ports';
import type { BackupStore, BackupWriter } from '../state/backupStore';
import type { ProjectLock } from '../state/projectLock';
import { SyncError } from '../syncError';
import type { AccessOutcome } from './accessOutcome';
import type { AccessPlan, EntityStep, RuleStep } from './accessPlan';
import { deleteRules, insertEntities, insertRules, updateEntities, updateRules } from './accessRepository';
import { entityKeyText, type EntityKey } from './accessRule';
import { backUpEntities } from './backUpEntities';

export interface ApplyAccessInput {
  readonly plan: AccessPlan;
  /** Plans again, from what files and database hold now, within the transaction. */
  readonly planAgain: () => Promise<AccessPlan>;
  readonly db: Database;
  readonly backups: BackupStore;
  readonly lock: ProjectLock;
  readonly context: RunContext;
}

/** Rows per statement: stays within what Citus and YugabyteDB take at once (design.md). */
const batchSize = 5000;
const rulesTable = 'access_control_rules';

/**
 * Carries out a plan, all of it or nothing: in one serializable transaction, so that a reader sees the set from before or the
 * one from after, and of two appliers one comes first. It plans once more from what both sides hold now, and goes on only
 * when that is the very plan that was looked at: a set of rules half from before and half from after a change of somebody
 * else is nobody's.
 *
 * @throws SyncError `conflict` when files or database have moved, `database` or `cancelled`: nothing was changed (unless its
 * details say `outcomeUnknown`)
 */
export async function applyAccess(input: ApplyAccessInput): Promise<AccessOutcome> {
  const { plan, planAgain, db, backups, lock, context } = input;
  let writer: BackupWriter | undefined;
  try {
    return await db.transaction(
      async () => {
        await writer?.discard();
        if ((await planAgain()).id !== plan.id) throw moved();
        writer = backups.begin({
          operation: plan.operation,
          target: plan.databaseIdentity,
          now: context.now(),
        });
        const outcome = await carryOut(plan, db, writer, context);
        // The backup is on disk before the old values are gone for good, and only the holder of the lock commits.
        const backup = await writer.commit();
        await lock.assertHeld();
        return { ...outcome, ...(backup !== undefined && { backup }) };
      },
      { isolation: 'serializable', retries: 3 },
    );
  } catch (error) {
    if (!(SyncError.is(error, 'database') && error.details?.['outcomeUnknown'] === true))
      await writer?.discard();
    throw error;
  }
}

async function carryOut(
  plan: AccessPlan,
  db: Database,
  writer: BackupWriter,
  context: RunContext,
): Promise<AccessOutcome> {
  const entities = plan.steps.filter((step): step is EntityStep => step.kind === 'entity');
  const rules = plan.steps.filter((step): step is RuleStep => step.kind === 'rule');
  const created = rules.flatMap(({ action, wanted }) => (action === 'create' && wanted ? [wanted] : []));
  const changed = rules.flatMap(({ action, wanted, stored }) =>
    action === 'update' && wanted && stored ? [{ ...wanted, id: stored.id }] : [],
  );
  const removed = rules.flatMap(({ action, stored }) => (action === 'delete' && stored ? [stored.id] : []));
  const inBatches = <Item>(items: readonly Item[], run: (batch: readonly Item[]) => Promise<number>) =>
    sumBatches(items, plan.steps.length, context, run);

  const opened = entities.filter(({ action }) => action === 'create');
  await inBatches(entitiesOf(created, opened), (batch) => insertEntities(db, batch));
  const closed = entities.filter(({ action }) => action === 'update');
  const entitiesUpdated = await inBatches(closed, async (batch) => {
    const finish = await backUpEntities(db, writer, batch);
    const count = await updateEntities(
      db,
      batch.map(({ to, ...key }) => ({ ...key, defaultIncluded: to })),
    );
    await finish();
    return count;
  });
  const updated = await inBatches(changed, async (batch) => {
    const before = await captureRows(
      db,
      rulesTable,
      batch.map(({ id }) => id),
    );
    const count = await updateRules(db, batch);
    await backUpUpdatedRows(db, writer, rulesTable, before);
    return count;
  });
  const deleted = await inBatches(removed, async (batch) => {
    await backUpDeletedRows(db, writer, rulesTable, batch);
    return deleteRules(db, batch);
  });
  const inserted = await inBatches(created, (batch) => insertRules(db, batch));
  const asPlanned =
    inserted === created.length &&
    updated === changed.length &&
    deleted === removed.length &&
    entitiesUpdated === closed.length;
  if (!asPlanned) throw moved();
  return { inserted, updated, deleted, entities: entitiesUpdated + opened.length };
}

/** The entities that have to exist: those of new rules, and those that the plan opens to everybody. */
function entitiesOf(
  rules: readonly EntityKey[],
  opened: readonly EntityStep[],
): (EntityKey & { readonly defaultIncluded: boolean })[] {
  const needed = new Map<string, EntityKey & { readonly defaultIncluded: boolean }>();
  for (const { entityType, entityId } of rules) {
    needed.set(entityKeyText({ entityType, entityId }), { entityType, entityId, defaultIncluded: false });
  }
  for (const { entityType, entityId, to } of opened) {
    needed.set(entityKeyText({ entityType, entityId }), { entityType, entityId, defaultIncluded: to });
  }
  return [...needed.values()];
}

async function sumBatches<Item>(
  items: readonly Item[],
  total: number,
  context: RunContext,
  run: (batch: readonly Item[]) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let start = 0; start < items.length; start += batchSize) {
    SyncError.throwIfAborted(context.signal);
    context.progress({ message: 'Writing access rules', done: Math.min(start, total), total });
    sum += await run(items.slice(start, start + batchSize));
  }
  return sum;
}

function moved(): SyncError {
  return new SyncError(
    'conflict',
    'The access rules have changed since the plan was made. Nothing was changed.',
    {
      hint: 'Compare again, and look at the new plan.',
    },
  );
}
