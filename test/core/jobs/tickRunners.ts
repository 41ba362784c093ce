import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { bundleScript } from '../../support/bundleScript';
import { createJobProject } from './jobEnvironment';

export interface TickTest {
  /** Processes on one database. */
  readonly runners: number;
  /** How many ticks to wait for. */
  readonly ticks: number;
  /** How often whoever is in the middle of a run gets SIGKILL. */
  readonly kills: number;
  readonly workMs: number;
}

interface Tick {
  readonly due: number;
  readonly pid: number;
  readonly done: boolean;
  /** How many due times had come after its own when it was begun. */
  readonly later: number;
}

/** So many due times may come before the tick of a killed process is begun by another one. */
const takenOverWithin = 2;

/**
 * Real processes share a tick each second; some die in the middle of one. Every tick from the first to the last is done, once;
 * begun more than once is only what somebody had died in, and that by another process, within two ticks.
 */
export async function shareTicks({ runners, ticks, kills, workMs }: TickTest): Promise<void> {
  const { db, root } = await createJobProject();
  await db.query(
    'CREATE TABLE ticks (id bigserial PRIMARY KEY, due timestamptz, pid integer NOT NULL, done boolean NOT NULL DEFAULT false, begun timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  const file = await bundleScript(join(import.meta.dirname, 'children', 'runTicks.ts'));
  const children = Array.from({ length: runners }, () => start(file, [db.url, root, String(workMs)]));
  await Promise.all(children.map((child) => once(child.stdout!, 'data')));

  const dead: number[] = [];
  const counted = async () => {
    const [row] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM ticks WHERE done');
    return row!.count;
  };
  for (let kill = 1; kill <= kills; kill += 1) {
    await until(async () => (await counted()) >= (ticks * kill) / (kills + 1));
    dead.push(await killHolder(children, db));
  }
  await until(async () => (await counted()) >= ticks);
  const alive = children.filter(({ pid }) => !dead.includes(pid!));
  for (const child of alive) child.kill('SIGTERM');
  for (const child of alive) if (child.exitCode === null) await once(child, 'exit');
  expect(alive.map(({ exitCode }) => exitCode)).toEqual(alive.map(() => 0));

  const begun = await db.query<Tick>(
    `SELECT extract(epoch FROM due)::int AS due, pid, done, floor(extract(epoch FROM begun - due))::int AS later
       FROM ticks ORDER BY id`,
  );
  const done = begun.filter((tick) => tick.done);
  expect(done.map(({ due }) => due)).toEqual(done.map((_, index) => done[0]!.due + index));
  const notDone = begun.filter((tick) => !tick.done);
  expect(notDone.map(({ pid }) => pid).sort()).toEqual([...dead].sort());
  for (const { due, pid } of notDone) {
    const [again, ...more] = done.filter((tick) => tick.due === due);
    expect(more).toEqual([]);
    expect(again?.pid).not.toBe(pid);
    expect(again?.later).toBeLessThanOrEqual(takenOverWithin);
  }
}

type Database = Awaited<ReturnType<typeof createJobProject>>['db'];

async function killHolder(children: readonly ChildProcess[], db: Database): Promise<number> {
  let holder: ChildProcess | undefined;
  await until(async () => {
    const open = await db.query<Pick<Tick, 'pid'>>(
      'SELECT pid FROM ticks WHERE NOT done ORDER BY id DESC LIMIT 1',
    );
    holder = children.find(({ pid, signalCode }) => pid === open[0]?.pid && signalCode === null);
    return holder?.kill('SIGKILL') === true;
  });
  if (holder!.signalCode === null) await once(holder!, 'exit');
  return holder!.pid!;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function start(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
