import { SyncError } from '../syncError';
import type { TenantConnection } from '../api/connectTenant';
import type { FilesPlan } from './filesPlan';

/** A plan is for one tenant (design.md rule 5). @throws SyncError `guard` */
export function requireSameTenant(plan: FilesPlan, tenant: TenantConnection): void {
  if (plan.tenant === tenant.identity) return;
  throw new SyncError(
    'guard',
    `The plan is for ${plan.tenant}, and the project is set to ${tenant.identity}.`,
    {
      hint: 'Compare again with the tenant that is chosen now.',
      details: { guard: 'otherTarget', planned: plan.tenant, target: tenant.identity },
    },
  );
}
