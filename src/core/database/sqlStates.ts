import type { DatabaseTarget } from './databaseTarget';

interface Words {
  readonly message: string;
  readonly hint?: string;
}

interface Failure {
  readonly error: Error;
  readonly target: DatabaseTarget;
  /** The object that the server's message puts in quotation marks, with them; empty when there is none. */
  readonly named: string;
}

/**
 * What a SQLSTATE means to the user of this product: the whole code first, then its class (the first two letters). Codes are
 * those of the Postgres manual, appendix A.
 */
export function describeSqlState(error: Error, sqlstate: string, target: DatabaseTarget): Words {
  const describe = wordsOfState[sqlstate] ?? wordsOfState[sqlstate.slice(0, 2)] ?? unexpected;
  return describe({ error, target, named: quotedName(error.message) });
}

const wordsOfState: Readonly<Record<string, (failure: Failure) => Words>> = {
  '28P01': ({ target }) => ({
    message: `Postgres at ${target.host}:${target.port} refused the password of user "${target.user}".`,
    hint: `Correct user and password in the database URL from ${target.from}.`,
  }),
  '28': ({ error, target }) => ({
    message: `Postgres at ${target.host}:${target.port} does not let user "${target.user}" in: ${error.message}.`,
    hint: `Check the user in the database URL from ${target.from}; where the server demands encryption, add ?sslmode=require.`,
  }),
  '3D000': ({ target }) => ({
    message: `There is no database "${target.name}" on ${target.host}:${target.port}.`,
    hint: `Create it, or correct the name at the end of the database URL from ${target.from}.`,
  }),
  '42P01': ({ target, named }) => ({
    message: `The table ${named || '(unnamed)'} is missing: ${target.label} does not have the tables of the server.`,
    hint: 'Start the server once, so that it runs its migrations, or correct the database URL.',
  }),
  '42703': ({ error, target }) => ({
    message: `A column is missing in ${target.label}: ${error.message}.`,
    hint: "The server's migrations may not be complete. Start the server once so that it runs them.",
  }),
  '42501': ({ error, target }) => ({
    message: `User "${target.user}" may not do this in ${target.label}: ${error.message}.`,
    hint: 'Grant it the right, or use a URL of the owner of the tables.',
  }),
  '25006': ({ target }) => ({
    message: `${target.label} is read-only now.`,
    hint: 'It may be a replica: use the URL of the primary server.',
  }),
  '53100': ({ target }) => ({
    message: `The disk of ${target.label} is full; nothing was written.`,
    hint: 'Free space on the database server, then run it again.',
  }),
  '53300': ({ target }) => ({
    message: `${target.label} has no connection left.`,
    hint: 'Close other clients, or raise max_connections, then try again.',
  }),
  '53': ({ error, target }) => ({ message: `${target.label} is out of resources: ${error.message}.` }),
  '55P03': ({ target }) => ({
    message: `Another session holds a lock in ${target.label} that did not become free in time.`,
    hint: 'Wait for it to end (or end it), then run it again.',
  }),
  '57014': ({ error, target }) => ({
    message: `${target.label} stopped the statement: ${error.message}.`,
    hint: 'It ran into a time limit, or somebody cancelled it. Nothing of it was kept.',
  }),
  '57P03': ({ target }) => ({
    message: `${target.label} is starting or stopping.`,
    hint: 'Try again in a moment.',
  }),
  '57': ({ target }) => ({
    message: `The server ended the connection to ${target.label}.`,
    hint: 'It was restarted, or an administrator ended the session. Run it again when the server is back.',
  }),
  '23505': ({ error, target }) => ({
    message: `${target.label} already holds a row with the same key: ${withDetail(error)}`,
    hint: 'Something else wrote it in the meantime. Refresh and look at the differences again.',
  }),
  '23503': ({ error, target }) => ({
    message: `A row in ${target.label} refers to one that does not exist, or is still referred to: ${withDetail(error)}`,
  }),
  '23': ({ error, target }) => ({ message: `${target.label} refused a row: ${withDetail(error)}` }),
  '22': ({ error, target }) => ({ message: `${target.label} refused a value: ${withDetail(error)}` }),
  '40': ({ target }) => ({
    message: `Another session changed the same rows of ${target.label} at the same time; nothing was written.`,
    hint: 'Run it again.',
  }),
  '0A': ({ error, target }) => ({ message: `${target.label} does not support this: ${error.message}.` }),
};

function unexpected({ error, target }: Failure): Words {
  return { message: `${target.label} answered with an error: ${withDetail(error)}` };
}

/** Names in messages are quoted, whatever the language of the server. */
function quotedName(message: string): string {
  const name = /["«„“]\s?([^"»“”]+?)\s?["»“”]/.exec(message)?.[1];
  return name === undefined ? '' : `"${name}"`;
}

/** The server's message and its DETAIL (which key, which constraint), cut so that a huge row does not fill the screen. */
function withDetail(error: Error): string {
  const detail = 'detail' in error && typeof error.detail === 'string' ? ` (${error.detail})` : '';
  const text = `${error.message}${detail}`;
  return text.length > 400 ? `${text.slice(0, 399)}…` : `${text}.`;
}
