import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errnoOf } from '../syncError';

/** Names one process for as long as locks and logs may speak of it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** For people. */
  readonly host: string;
  /**
   * Process ids mean the same thing where this is equal. On Linux it is the host with its boot and its process namespace:
   * two containers can share a host name, and see each other's process ids not at all or wrongly.
   */
  readonly machine: string;
  /** When the process started, in the kernel's own count; null where that cannot be told. Ids are used again, this is not. */
  readonly startedAt: number | null;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

let self: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  self ??= readOwnIdentity();
  return self;
}

/**
 * Whether the process of a lock on this machine still runs.
 * @returns `unknown` when a process of that id runs, and it cannot be told whether it is the same one
 */
export async function processLiveness(pid: number, startedAt: number | null): Promise<Liveness> {
  if (!isRunning(pid)) return 'dead';
  const stat = await readStat(pid);
  if (!stat || startedAt === null) return 'unknown';
  return stat.finished || stat.startedAt !== startedAt ? 'dead' : 'alive';
}

async function readOwnIdentity(): Promise<ProcessIdentity> {
  const [stat, boot, namespace] = await Promise.all([
    readStat(process.pid),
    readOrEmpty(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    readOrEmpty(readlink('/proc/self/ns/pid')),
  ]);
  const host = hostname();
  const machine = [host, boot.trim(), namespace].filter(Boolean).join(' ');
  return { pid: process.pid, host, machine, startedAt: stat?.startedAt ?? null };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

async function readStat(pid: number): Promise<ProcessStat | undefined> {
  return parseStat(await readOrEmpty(readFile(`/proc/${pid}/stat`, 'utf8')));
}

export interface ProcessStat {
  readonly startedAt: number;
  /** It does nothing any more, and only waits for its parent to ask how it ended. */
  readonly finished: boolean;
}

/**
 * `/proc/<pid>/stat`: the name, in brackets, may hold anything; state is field 3, the number of threads field 20, the start
 * time field 22. A killed process shows as ended while threads of it still carry out the system call that they were in: a
 * rename that waits for the disk comes late, so the process counts as running until they are gone.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startedAt = Number(fields[19]);
  if (text === '' || !Number.isFinite(startedAt)) return undefined;
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return { startedAt, finished: ended && Number(fields[17]) <= 1 };
}

/** Outside of Linux, or with a hidden `/proc`, there is nothing to read. */
async function readOrEmpty(text: Promise<string>): Promise<string> {
  return text.catch(() => '');
}
