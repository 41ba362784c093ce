import type { Profile } from './profile';
import type { ProjectMode, ProjectOptions, ProjectTenant } from './project';
import { findTenant, type KnownTenant, signedInApiUrl } from './tenants';

const defaultApiUrl = 'https://api.systemprompt.io';

export interface FoundTenant {
  readonly tenant: ProjectTenant;
  readonly known: KnownTenant | undefined;
  readonly apiUrl: string;
  readonly mode: ProjectMode;
  readonly from: { readonly tenant: string; readonly apiUrl: string; readonly mode: string };
  readonly warnings: readonly string[];
}

interface Sourced {
  readonly value: string;
  readonly from: string;
}

/** The tenant, the control plane, and which of the two is talked to (cloud.md 1.2; cli-contract.md, global options). */
export async function findProjectTenant(
  root: string,
  profile: Profile | undefined,
  options: ProjectOptions,
): Promise<FoundTenant> {
  const warnings: string[] = [];
  const id = tenantId(profile, options);
  const known = id === undefined ? undefined : await findTenant(root, id.value, warnings);
  const apiUrl = withoutCredentials(await controlPlane(root, options, warnings), warnings);
  const kind = known?.kind ?? (id?.value.startsWith('local_') === true ? 'local' : undefined);
  const origin = directOrigin(options, known);
  const direct = origin && withoutCredentials(origin, warnings);
  const { mode, from } = chooseMode(id, kind, direct, apiUrl);
  return {
    tenant: {
      ...(id === undefined ? {} : { id: id.value }),
      ...(known?.name === undefined ? {} : { name: known.name }),
      ...(known?.hostname === undefined ? {} : { hostname: known.hostname }),
      ...(kind === undefined ? {} : { kind }),
      ...(mode === 'direct' && direct !== undefined ? { origin: direct.value } : {}),
    },
    known,
    apiUrl: apiUrl.value,
    mode,
    from: {
      tenant:
        id?.from ??
        'not found: no --tenant, no env SYSTEMPROMPT_TENANT_ID, no cloud.tenant_id in the profile',
      apiUrl: apiUrl.from,
      mode: from,
    },
    warnings,
  };
}

function tenantId(profile: Profile | undefined, { tenantId, env }: ProjectOptions): Sourced | undefined {
  if (tenantId) return { value: tenantId, from: '--tenant' };
  const fromEnv = env['SYSTEMPROMPT_TENANT_ID'];
  if (fromEnv) return { value: fromEnv, from: 'env SYSTEMPROMPT_TENANT_ID' };
  return profile?.tenantId
    ? { value: profile.tenantId, from: `profile ${profile.name} (cloud.tenant_id)` }
    : undefined;
}

async function controlPlane(
  root: string,
  { apiUrl, env }: ProjectOptions,
  warnings: string[],
): Promise<Sourced & { readonly byHand: boolean }> {
  if (apiUrl) return { value: apiUrl, from: '--api-url', byHand: true };
  const fromEnv = env['SYSTEMPROMPT_API_URL'];
  if (fromEnv) return { value: fromEnv, from: 'env SYSTEMPROMPT_API_URL', byHand: true };
  const signedIn = await signedInApiUrl(root, warnings);
  return signedIn === undefined
    ? { value: defaultApiUrl, from: 'default', byHand: false }
    : { value: signedIn, from: '.systemprompt/credentials.json', byHand: false };
}

function directOrigin(
  { origin }: ProjectOptions,
  known: KnownTenant | undefined,
): (Sourced & { byHand: boolean }) | undefined {
  if (origin) return { value: origin, from: '--origin', byHand: true };
  if (known?.hostname === undefined) return undefined;
  return { value: `https://${known.hostname}`, from: 'hostname in tenants.json', byHand: false };
}

/** Nobody signs in with these, and an address is shown to people. */
function withoutCredentials<Address extends Sourced>(address: Address, warnings: string[]): Address {
  const value = address.value.replace(/^(\w+:\/\/)[^/\s]*@/, '$1');
  if (value === address.value) return address;
  warnings.push(`The address from ${address.from} holds a user or password, which is left out.`);
  return { ...address, value };
}

function chooseMode(
  id: Sourced | undefined,
  kind: 'local' | 'cloud' | undefined,
  direct: { readonly from: string; readonly byHand: boolean } | undefined,
  apiUrl: { readonly from: string; readonly byHand: boolean },
): { readonly mode: ProjectMode; readonly from: string } {
  if (direct?.byHand === true) return { mode: 'direct', from: direct.from };
  if (id === undefined) return { mode: 'none', from: 'no tenant' };
  if (apiUrl.byHand) return { mode: 'relay', from: apiUrl.from };
  if (kind === 'local') return { mode: 'none', from: `tenant ${id.value} is local: it has no cloud side` };
  return direct === undefined
    ? { mode: 'relay', from: 'the host of the tenant is not known' }
    : { mode: 'direct', from: direct.from };
}
