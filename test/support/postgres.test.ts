import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../scripts/postgres.mjs';
import type { RunningPostgres } from '../../scripts/postgres.mjs';
import { errnoOf } from '../../src/core/syncError';

const script = new URL('../../scripts/postgres.mjs', import.meta.url).href;

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('the embedded Postgres', () => {
  let server: RunningPostgres;
  beforeEach(async () => {
    server = await startPostgres();
  });
  afterEach(() => server.stop());

  it('refuses a wrong password', async () => {
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(connect(url.href)).rejects.toMatchObject({ code: '28P01' });
  });

  it('stores text as UTF-8 and is gone, with its data, when it was stopped', async () => {
    const client = await connect(server.url);
    const { rows } = await client.query<{ encoding: string; data: string }>(
      `SELECT current_setting('server_encoding') AS encoding, current_setting('data_directory') AS data`,
    );
    await client.end();
    expect(rows[0]?.encoding).toBe('UTF8');
    const data = rows[0]!.data;
    expect(existsSync(data)).toBe(true);
    await server.stop();
    expect(existsSync(data)).toBe(false);
    await expect(connect(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('when the process that started Postgres is killed', () => {
  it('stops the server all the same', async () => {
    const code = `import(${JSON.stringify(script)}).then(async ({ startPostgres }) => {
      console.log((await startPostgres()).url);
      setInterval(() => undefined, 1000);
    })`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await firstLine(parent.stdout);
    const client = await connect(url);
    const cut = new Promise((resolve) => client.once('end', resolve));
    parent.kill('SIGKILL');
    await cut;
    await expect.poll(() => refusal(url), { timeout: 20_000 }).toBe('ECONNREFUSED');
  });
});

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('The process printed nothing.');
}

/** The code that a connection is refused with; '' when it is not. */
async function refusal(url: string): Promise<string | undefined> {
  try {
    await (await connect(url)).end();
    return '';
  } catch (error) {
    return errnoOf(error);
  }
}
