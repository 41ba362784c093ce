import { didYouMean } from '../nearestName';
import { SyncError } from '../syncError';
import { checkJobEntry } from './checkJobEntry';
import { jobNames, type Job, type JobName } from './job';
import { isJobName } from './jobSchema';
import { jobFrom } from './readJobs';

/** @throws SyncError `invalidInput` for the name of a job that does not run here */
export function requireJobName(name: string): JobName {
  if (isJobName(name)) return name;
  throw new SyncError(
    'invalidInput',
    `No job "${name.slice(0, 60)}" runs here.${didYouMean(name, jobNames)}`,
    {
      hint: `The jobs are ${jobNames.join(' and ')}; the others belong to the server.`,
    },
  );
}

/**
 * A configured job with parameters given for one run, or one that nobody has configured. Texts are read as strictly as the
 * file: a flag is `true` or `false`, and a typo is an error (data.md 5.1 has it turn a flag off).
 *
 * @param texts `KEY=VALUE`; several sources are one value with commas
 * @throws SyncError `invalidInput` naming the parameter
 */
export async function withParameters(
  name: JobName,
  configured: Job | undefined,
  texts: readonly string[],
): Promise<Job> {
  const parameters = Object.fromEntries(texts.map(parseParameter));
  const { raw, findings } = await checkJobEntry({ name, parameters }, []);
  if (!raw) {
    throw new SyncError('invalidInput', findings.map(({ message }) => message).join(' '), {
      hint: 'Parameters are KEY=VALUE, for example -p direction=to_disk -p delete_orphans=true.',
    });
  }
  const given = await jobFrom(raw);
  if (!configured) return given;
  return { ...configured, task: mergedTask(configured, given, Object.keys(parameters)) };
}

/** Only what was given replaces what is configured: defaults of the one do not. */
function mergedTask(configured: Job, given: Job, keys: readonly string[]): Job['task'] {
  const names: Readonly<Record<string, string>> = {
    delete_orphans: 'deleteOrphans',
    override_existing: 'overrideExisting',
    yaml_path: 'yamlPath',
  };
  const chosen = new Set(keys.map((key) => names[key] ?? key));
  const replaced = Object.entries(given.task.parameters).filter(([key]) => chosen.has(key));
  const parameters = { ...configured.task.parameters, ...Object.fromEntries(replaced) };
  return { name: configured.task.name, parameters } as Job['task'];
}

function parseParameter(text: string): [string, unknown] {
  const sign = text.indexOf('=');
  if (sign <= 0) {
    throw new SyncError('invalidInput', `"${text.slice(0, 60)}" is no parameter.`, {
      hint: 'Write KEY=VALUE, for example -p direction=to_disk.',
    });
  }
  const key = text.slice(0, sign);
  const value = text.slice(sign + 1);
  if (key === 'sources') return [key, value.split(',').map((name) => name.trim())];
  return [key, value === 'true' ? true : value === 'false' ? false : value];
}
