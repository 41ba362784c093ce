import { createTenantServer } from '../../../src/tenant/createTenantServer';
import { SyncError } from '../../../src/core/syncError';
import { operatorToken } from '../../support/operatorToken';

/** Serves a directory until SIGTERM, and says in one line of JSON whether it does. */
const [servicesDir = '', stateDir = ''] = process.argv.slice(2);
try {
  const server = await createTenantServer({
    servicesDir,
    operatorToken,
    ...(stateDir !== '' && { stateDir }),
  });
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
} catch (error) {
  if (!SyncError.is(error)) throw error;
  const { code, message, hint, details } = error;
  process.stdout.write(`${JSON.stringify({ code, message, hint, details })}\n`);
}
