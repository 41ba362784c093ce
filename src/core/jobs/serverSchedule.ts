import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isMapping } from '../content/config/configFinding';
import { exceedsNodes, readYaml } from '../yaml/readYaml';
import { isInside } from '../state/stateDirectory';
import { errnoOf } from '../syncError';

/** A job of the server's own scheduler: shown beside ours, and never written (issue 8). */
export interface ServerJob {
  readonly name: string;
  /** Empty: the job's own, which only the server knows. */
  readonly schedule: string;
  readonly enabled: boolean;
}

export interface ServerSchedule {
  readonly jobs: readonly ServerJob[];
  /** The file that holds the `scheduler:` in force, relative to the services directory, with `/`. */
  readonly path: string | undefined;
  readonly warnings: readonly string[];
}

const maxFiles = 200;
const maxBytes = 1024 * 1024;

/**
 * Reads the `scheduler:` of the server as it finds it: in `config/config.yaml`, else in the first include that has one
 * (data.md 2.5). What cannot be read is a warning: this file is not ours to judge.
 *
 * @param servicesDir absolute
 */
export async function readServerSchedule(servicesDir: string): Promise<ServerSchedule> {
  const warnings: string[] = [];
  const seen = new Set<string>();

  const search = async (file: string): Promise<ServerSchedule | undefined> => {
    // A file outside of the services directory is never opened: the project may be somebody else's.
    if (seen.has(file) || seen.size >= maxFiles || !isInside(servicesDir, file)) return undefined;
    seen.add(file);
    const shown = relative(servicesDir, file).split(sep).join('/');
    const config = await readMapping(file, shown, warnings);
    if (!config) return undefined;
    if (isMapping(config['scheduler'])) {
      return { jobs: jobsOf(config['scheduler']), path: shown, warnings };
    }
    const includes: readonly unknown[] = Array.isArray(config['includes']) ? config['includes'] : [];
    for (const include of includes) {
      const found = typeof include === 'string' ? await search(resolve(dirname(file), include)) : undefined;
      if (found) return found;
    }
    return undefined;
  };

  return (
    (await search(join(servicesDir, 'config', 'config.yaml'))) ?? { jobs: [], path: undefined, warnings }
  );
}

async function readMapping(
  file: string,
  shown: string,
  warnings: string[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT')
      warnings.push(`${shown} cannot be read: ${errnoOf(error) ?? 'unknown error'}.`);
    return undefined;
  }
  const read = bytes.length > maxBytes ? undefined : readYaml(bytes.toString('utf8'));
  if (read && 'value' in read && isMapping(read.value) && !exceedsNodes(read.value, 100_000))
    return read.value;
  warnings.push(`${shown} is no usable YAML, so the server's own schedule may not be complete here.`);
  return undefined;
}

function jobsOf(scheduler: Readonly<Record<string, unknown>>): ServerJob[] {
  const schedulerOn = scheduler['enabled'] !== false;
  const jobs: readonly unknown[] = Array.isArray(scheduler['jobs']) ? scheduler['jobs'] : [];
  return jobs.flatMap((job) => {
    if (!isMapping(job) || typeof job['name'] !== 'string') return [];
    const schedule = typeof job['schedule'] === 'string' ? job['schedule'] : '';
    return [{ name: job['name'], schedule, enabled: schedulerOn && job['enabled'] !== false }];
  });
}
