import { isLoopbackHost } from '../database/loopbackHost';
import { readNonProductionTargets, whyNotMarked } from '../database/targets';
import type { PlanTarget } from '../models/plan';
import type { Project } from '../project/project';
import { SyncError } from '../syncError';
import { parseHttpUrl } from './httpUrl';

/** The tenant of a project, and the address at which it is talked to. */
export interface TenantTarget {
  readonly id: string;
  readonly mode: 'direct' | 'relay';
  readonly address: URL;
  /** Of the base and the backups: origin and id, without secrets. */
  readonly identity: string;
  readonly target: PlanTarget;
  /** Why it counts as production, as the end of a sentence; null when it does not. */
  readonly productionReason: string | null;
}

/**
 * Which tenant a project means, and where it is. Asks no server and needs no token.
 *
 * @throws SyncError `missingConfig` without a tenant, `invalidInput` for an address that is none, `stateCorrupted`
 */
export async function findTenantTarget(project: Project): Promise<TenantTarget> {
  const { mode, tenant, provenance } = project;
  if (mode === 'none') {
    const fault =
      tenant.id === undefined ? `No tenant is known (${provenance.tenant}).` : `The ${provenance.mode}.`;
    throw new SyncError('missingConfig', fault, {
      hint: 'Choose a tenant (--tenant, SYSTEMPROMPT_TENANT_ID, or cloud.tenant_id in the profile), or give --origin.',
      details: { reason: 'noTenant' },
    });
  }
  const address =
    mode === 'direct' && tenant.origin !== undefined
      ? parseHttpUrl(tenant.origin, provenance.mode)
      : parseHttpUrl(project.apiUrl, provenance.apiUrl);
  const id = tenant.id ?? address.host;
  const host = mode === 'direct' ? address.host : (tenant.hostname ?? address.host);
  const productionReason = await judge(project, [host, address.hostname, id]);
  return {
    id,
    mode,
    address,
    identity: `tenant:${address.origin}#${id}`,
    target: {
      kind: 'tenant',
      label: `tenant ${tenant.name ?? id} on ${host}`,
      host,
      production: productionReason !== null,
    },
    productionReason,
  };
}

async function judge({ root }: Project, names: readonly string[]): Promise<string | null> {
  const [host = ''] = names;
  if (isLoopbackHost(host.replace(/:\d+$/, ''))) return null;
  return whyNotMarked(
    names.map((name) => name.toLowerCase()),
    await readNonProductionTargets(root),
  );
}
