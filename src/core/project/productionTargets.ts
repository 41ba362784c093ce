import { findTenantTarget } from '../api/tenantTarget';
import { SyncError } from '../syncError';
import type { Project } from './project';

/** Something of a project that is written to only after its host was typed (design.md rule 5). */
export interface ProductionTarget {
  /** For people: `postgres on db.example.com:5432/app`, `tenant One on one.example.com`. */
  readonly label: string;
  /** What is typed to confirm it, and what `markNonProduction` takes. */
  readonly host: string;
  /** Why, as the end of a sentence. */
  readonly reason: string;
}

/**
 * The databases and the tenant of a project that count as production. Asks no server; a cloud database that only the API
 * knows is not among them.
 *
 * @throws SyncError `invalidInput` for a tenant's address that is none, `stateCorrupted`
 */
export async function listProductionTargets(project: Project): Promise<readonly ProductionTarget[]> {
  const databases = [project.database, project.cloudDatabase].flatMap((database) =>
    database?.productionReason ? [{ ...database, reason: database.productionReason }] : [],
  );
  return [...databases, ...(await productionTenant(project))].map(({ label, host, reason }) => ({
    label,
    host,
    reason,
  }));
}

async function productionTenant(project: Project): Promise<ProductionTarget[]> {
  try {
    const { target, productionReason } = await findTenantTarget(project);
    return productionReason === null ? [] : [{ ...target, reason: productionReason }];
  } catch (error) {
    if (SyncError.is(error, 'missingConfig')) return [];
    throw error;
  }
}
