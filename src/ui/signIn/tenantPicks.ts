import type { Project } from '../../core/project/project';
import type { TenantChoice } from '../../core/signIn/tenantChoices';
import type { Translate } from '../translate';

/** A line of *Select Tenant…* and what choosing it means. */
export interface TenantPick {
  readonly label: string;
  readonly description?: string;
  readonly chosen:
    | { readonly kind: 'tenant'; readonly id: string }
    /** Ask the control plane for the tenants of the account. */
    | { readonly kind: 'askAccount' }
    /** Type an id: a tenant endpoint of one's own is in no account. */
    | { readonly kind: 'enterId' }
    /** Take the setting out, so that environment and profile decide again. */
    | { readonly kind: 'unset' };
}

/**
 * The tenants that are known, and the ways to others. No server is asked before the user chooses to: the line names the
 * host that the token would go to.
 *
 * @param setting the value of `systempromptSync.tenant.id`
 */
export function tenantPicks(
  t: Translate,
  project: Project,
  known: readonly TenantChoice[],
  setting: string | undefined,
): readonly TenantPick[] {
  const current = project.tenant.id;
  const tenants = known.map(({ id, name, hostname, type }): TenantPick => {
    const facts = [
      id,
      ...(type === 'local' ? [t('local: it has no cloud side')] : hostname === undefined ? [] : [hostname]),
      ...(id === current ? [t('in use')] : []),
    ];
    return { label: name, description: facts.join(' · '), chosen: { kind: 'tenant', id } };
  });
  const host = URL.canParse(project.apiUrl) ? new URL(project.apiUrl).host : project.apiUrl;
  return [
    ...tenants,
    {
      label: `$(refresh) ${t('Ask {0} for the Tenants of My Account', host)}`,
      chosen: { kind: 'askAccount' },
    },
    { label: `$(edit) ${t('Enter a Tenant Id…')}`, chosen: { kind: 'enterId' } },
    ...(setting === undefined
      ? []
      : [
          {
            label: `$(discard) ${t('Use the Tenant of the Profile')}`,
            description: project.profile?.tenantId ?? t('none'),
            chosen: { kind: 'unset' },
          } as const,
        ]),
  ];
}
