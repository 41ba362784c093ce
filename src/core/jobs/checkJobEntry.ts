import type * as z from 'zod/mini';
import { describeValue, isMapping, valueAt, wrongType, type Finding } from '../content/config/configFinding';
import type { YamlPath } from '../yaml/locateYaml';
import { didYouMean } from '../nearestName';
import { SyncError } from '../syncError';
import { jobNames, type JobName } from './job';
import { isJobName, jobKeys, jobSchemas, parameterKeys, type RawJob } from './jobSchema';
import { parseSchedule } from './cronSchedule';

export interface CheckedEntry {
  /** The name, as far as it is one of ours. */
  readonly name: JobName | undefined;
  /** Undefined when the entry has an error. */
  readonly raw: RawJob | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Checks one entry of `jobs:`, wherever it was written. One bad entry says nothing about the others (data.md J-2).
 *
 * @param at where the entry stands in its file
 */
export async function checkJobEntry(entry: unknown, at: YamlPath): Promise<CheckedEntry> {
  if (!isMapping(entry)) return refused(undefined, wrongType(at, entry, 'a mapping'));
  const { name } = entry;
  if (!isJobName(name)) return refused(undefined, unknownName(name, at));
  const parsed = jobSchemas[name].safeParse(entry);
  if (!parsed.success) {
    return {
      name,
      raw: undefined,
      findings: parsed.error.issues.flatMap((issue) => findingsOf(issue, entry, at, name)),
    };
  }
  const schedule = await scheduleFinding(parsed.data.schedule, [...at, 'schedule']);
  return schedule ? refused(name, schedule) : { name, raw: parsed.data, findings: [] };
}

function refused(name: JobName | undefined, finding: Finding): CheckedEntry {
  return { name, raw: undefined, findings: [finding] };
}

function unknownName(name: unknown, at: YamlPath): Finding {
  if (typeof name !== 'string') return wrongType([...at, 'name'], name, 'a text');
  return finding(
    [...at, 'name'],
    `No job "${name.slice(0, 60)}" runs here, only ${jobNames.join(' and ')}.${didYouMean(name, jobNames)}`,
  );
}

async function scheduleFinding(
  schedule: string | null | undefined,
  at: YamlPath,
): Promise<Finding | undefined> {
  // An empty schedule is the server's way to say "by hand" (data.md 5.1).
  if (!schedule?.trim()) return undefined;
  try {
    await parseSchedule(schedule);
    return undefined;
  } catch (error) {
    if (!SyncError.is(error, 'invalidInput')) throw error;
    return finding(at, error.message);
  }
}

function findingsOf(issue: z.core.$ZodIssue, entry: unknown, at: YamlPath, name: JobName): Finding[] {
  const steps = issue.path.filter((step) => typeof step !== 'symbol');
  const path = [...at, ...steps];
  const value = valueAt(entry, steps);
  const what = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [word, known] = steps.length === 0 ? ['setting', jobKeys] : ['parameter', parameterKeys(name)];
    return issue.keys.map((key) =>
      finding([...path, key], `${name} has no ${word} "${key}".${didYouMean(key, known)}`),
    );
  }
  if (issue.code === 'invalid_type') {
    return [wrongType(path, value, expectations[issue.expected] ?? issue.expected)];
  }
  if (issue.code === 'invalid_value') {
    const possible = issue.values.map(String).join(', ');
    return [finding(path, `${what} is ${describeValue(value)}; possible are ${possible}.`)];
  }
  return [finding(path, `${what} is ${describeValue(value)}, which is not possible: ${issue.message}.`)];
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
};

function finding(at: YamlPath, message: string): Finding {
  return { severity: 'error', rule: 'configValue', at, message };
}
