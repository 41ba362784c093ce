import { describeExpiry } from '../../signIn/describeExpiry';
import { findOperatorToken } from '../../signIn/operatorToken';
import { SyncError } from '../../syncError';
import { failure, ok, warning, type CheckFinding, type CheckRule } from '../checkInput';

/** Whether the control plane lets us in, and knows an app to deploy to. */
export const tenantChecks: readonly CheckRule[] = [
  {
    id: 'token',
    title: 'Sign-in',
    run: ({ project, env, apiToken, context }) =>
      orFailure(async () => {
        const found = await findOperatorToken({ ...project, mode: 'relay' }, { env, apiToken });
        const { state, message, expiresAtMs } = describeExpiry(found.value(), context.now());
        const until = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
        const signIn = 'Sign in again, or set a fresh SYSTEMPROMPT_API_TOKEN.';
        if (state === 'expired')
          return failure(message ?? 'The token has expired.', signIn, { code: 'unauthorized' });
        if (state === 'expiresSoon') return warning(message ?? `Valid until ${until ?? 'soon'}.`, signIn);
        return ok(
          until === undefined ? 'Signed in; the token does not say for how long.' : `Valid until ${until}.`,
        );
      }),
  },
  {
    id: 'tenantApp',
    title: 'Tenant',
    run: ({ tenant, context }) =>
      orFailure(async () => {
        const { client, target } = await tenant();
        return ok(`App ${await client.tenantApp(context)}, ${target.label}.`);
      }),
  },
];

async function orFailure(ask: () => Promise<CheckFinding>): Promise<CheckFinding> {
  try {
    return await ask();
  } catch (error) {
    if (!SyncError.is(error) || error.code === 'cancelled' || error.code === 'internal') throw error;
    return failure(error.message, error.hint ?? 'Check the tenant and the address of the control plane.', {
      code: error.code,
    });
  }
}
