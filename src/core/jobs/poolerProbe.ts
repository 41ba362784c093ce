import * as z from 'zod/mini';
import { withDatabase, type Database } from '../database/connection';
import type { DatabaseTarget } from '../database/databaseTarget';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';

/**
 * Makes sure that a session of ours is one session of the server: a pooler that lends sessions for a transaction would give a
 * lock to somebody else, or keep it for ever (data.md J-7). A direct connection costs one short statement. Behind a pooler a
 * second connection holds a transaction open while the first one asks which session it has now.
 *
 * @throws SyncError `unsupported` behind a pooler in transaction mode, `database`, `cancelled`
 */
export async function refuseTransactionPooler(
  db: Database,
  target: DatabaseTarget,
  context: RunContext,
): Promise<void> {
  const first = await sessionId(db);
  if (first === (await db.withClient(async (client) => connectedTo(client)))) return;
  await withDatabase(target, { context }, async (other) => {
    await other.transaction(async () => {
      const theirs = await sessionId(other);
      if (theirs === first) throw shared(target);
      for (let again = 0; again < 3; again += 1) if ((await sessionId(db)) !== first) throw shared(target);
    });
  });
  if ((await sessionId(db)) !== first) throw shared(target);
}

async function sessionId(db: Database): Promise<number> {
  const { rows } = await db.query('SELECT pg_backend_pid() AS pid');
  return z.parse(z.object({ pid: z.int() }), rows[0]).pid;
}

/** The session that the server named while connecting; a pooler names one of its own. */
function connectedTo(client: object): number | undefined {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : undefined;
}

function shared(target: DatabaseTarget): SyncError {
  return new SyncError(
    'unsupported',
    `${target.label} is reached through a pooler in transaction mode: it lends a session for one transaction at a time, so nobody can hold the lock that keeps a job from running twice. No job is run.`,
    {
      hint: "Use the database's direct address for jobs, or a port of the pooler in session mode.",
      details: { host: target.host, port: target.port, database: target.name },
    },
  );
}
