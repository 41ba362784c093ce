import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { ioError } from '../state/ioReason';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf } from '../syncError';
import { runRecordSchema, type RunRecord } from './runRecord';
import { parseJson } from '../parseJson';

/** How many runs of a job are kept. */
export const keptRuns = 100;

/** The runs that this project's runners have made, in `.systemprompt/sync/jobs/<name>.jsonl`: the row holds only the last. */
export interface JobHistory {
  /** Only the holder of the job's lock writes. @throws SyncError `io` */
  append(record: RunRecord): Promise<void>;
  /** Newest first; a line that a crash cut short is left out. @throws SyncError `io` */
  read(name: string): Promise<readonly RunRecord[]>;
}

export function createJobHistory(state: StateDirectory): JobHistory {
  const fileOf = (name: string) => state.path('jobs', `${name}.jsonl`);

  async function lines(name: string): Promise<string[]> {
    try {
      const text = (await state.fileSystem.readFile(fileOf(name))).toString('utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw ioError(`Could not read ${fileOf(name)}`, error);
    }
  }

  return {
    async append(record) {
      const kept = await lines(record.job);
      const line = JSON.stringify(record satisfies RunRecord);
      await state.ensure('jobs');
      try {
        // A line that was cut short would swallow the next one, so a line break comes first as well.
        if (kept.length < 2 * keptRuns) {
          await state.fileSystem.appendFile(fileOf(record.job), Buffer.from(`\n${line}\n`));
          return;
        }
        await rewrite(state, fileOf(record.job), [
          ...kept.filter((old) => parseLine(old).length > 0).slice(1 - keptRuns),
          line,
        ]);
      } catch (error) {
        throw ioError(`Could not write ${fileOf(record.job)}`, error);
      }
    },
    async read(name) {
      return (await lines(name)).flatMap(parseLine).slice(-keptRuns).reverse();
    },
  };
}

async function rewrite(state: StateDirectory, file: string, lines: readonly string[]): Promise<void> {
  const temporary = join(await state.ensure('tmp'), `${randomUUID()}.tmp`);
  await state.fileSystem.createFile(temporary, Buffer.from(lines.map((line) => `${line}\n`).join('')), 0o600);
  await state.fileSystem.rename(temporary, file);
}

function parseLine(line: string): RunRecord[] {
  const record = z.safeParse(runRecordSchema, parseJson(line));
  return record.success ? [record.data] : [];
}
