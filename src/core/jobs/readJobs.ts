import { isUtf8 } from 'node:buffer';
import {
  findingProblems,
  isMapping,
  unknownKey,
  wrongType,
  type Finding,
} from '../content/config/configFinding';
import { problem } from '../content/contentProblem';
import { exceedsNodes, readYaml } from '../yaml/readYaml';
import type { ContentProblem } from '../models/content';
import { ioError } from '../state/ioReason';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf } from '../syncError';
import { checkJobEntry } from './checkJobEntry';
import { parseSchedule } from './cronSchedule';
import { jobNames, type Job, type JobName } from './job';
import { jobsFilePath } from './jobsFilePath';
import { taskOf, type RawJob } from './jobSchema';

/** The jobs of a project, and what is wrong with how they are written. */
export interface ProjectJobs {
  readonly jobs: readonly Job[];
  /** Each with its place; a job with an error is not in `jobs`. */
  readonly problems: readonly ContentProblem[];
}

interface Entries {
  readonly byName: ReadonlyMap<JobName, RawJob>;
  /** Names whose entry has an error: such a job is not run from another entry either. */
  readonly refused: ReadonlySet<JobName>;
  readonly problems: readonly ContentProblem[];
}

const maxFileBytes = 256 * 1024;
const maxFileNodes = 10_000;
const defaultTimeoutSeconds = 600;
const defaultRetries = 3;

/**
 * Reads `.systemprompt/sync/jobs.yaml` and lays the host's settings over it, key by key. Never throws for what is written
 * there: a job with an error is left out, the others run (data.md J-2).
 *
 * @param settings entries like those of the file, from the editor's settings: `[{"name": "content_sync", "enabled": true}]`
 * @throws SyncError `io` when the file cannot be read
 */
export async function readProjectJobs(state: StateDirectory, settings: unknown = []): Promise<ProjectJobs> {
  const file = await readFileEntries(state);
  const overlay = await checkList(settings, []);
  const refusedNames = new Set([...file.refused, ...overlay.refused]);
  const jobs: Job[] = [];
  for (const name of jobNames) {
    const raw = file.broken ? undefined : layered(file.byName.get(name), overlay.byName.get(name));
    if (raw && !refusedNames.has(name)) jobs.push(await toJob(raw));
  }
  const inSettings = overlay.findings.map(({ severity, rule, message }) =>
    problem(severity, rule, 'settings', undefined, message),
  );
  return { jobs, problems: [...file.problems, ...inSettings] };
}

/** A job that nobody has configured, for runs by hand. */
export async function jobFrom(raw: RawJob): Promise<Job> {
  return toJob(raw);
}

async function toJob(raw: RawJob): Promise<Job> {
  const text = raw.schedule?.trim();
  return {
    task: taskOf(raw),
    schedule: text ? await parseSchedule(text) : undefined,
    enabled: raw.enabled ?? true,
    catchUp: raw.catch_up ?? false,
    timeoutMs: (raw.timeout_seconds ?? defaultTimeoutSeconds) * 1000,
    retries: raw.retries ?? defaultRetries,
  };
}

function layered(below: RawJob | undefined, above: RawJob | undefined): RawJob | undefined {
  if (!below || !above) return above ?? below;
  // Both passed the schema of the same name, so the union of their keys does too.
  return { ...below, ...above, parameters: { ...below.parameters, ...above.parameters } };
}

async function readFileEntries(state: StateDirectory): Promise<Entries & { readonly broken: boolean }> {
  const nothing = { byName: new Map<JobName, RawJob>(), refused: new Set<JobName>() };
  const broken = (message: string, position?: { line: number; column: number }) => ({
    ...nothing,
    broken: true,
    problems: [problem('error', 'yamlSyntax', jobsFilePath, position, message)],
  });
  const bytes = await readIfThere(state);
  if (!bytes) return { ...nothing, broken: false, problems: [] };
  if (bytes.length > maxFileBytes) return broken('The file is larger than a list of jobs can be.');
  if (!isUtf8(bytes)) return broken('The file is not UTF-8.');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const read = readYaml(text);
  if ('fault' in read)
    return broken(`The file is no usable YAML: ${read.fault.reason}.`, read.fault.position);
  if (read.value === null || read.value === undefined) return { ...nothing, broken: false, problems: [] };
  if (exceedsNodes(read.value, maxFileNodes))
    return broken('The file unfolds to more values than a list of jobs has.');
  if (!isMapping(read.value)) return broken('The file is not a mapping with the key "jobs".');
  const findings = Object.keys(read.value)
    .filter((key) => key !== 'jobs')
    .map((key) => unknownKey(key, [], ['jobs']));
  const list = await checkList(read.value['jobs'] ?? [], ['jobs']);
  const problems = findingProblems([...findings, ...list.findings], text, jobsFilePath);
  return { ...list, problems, broken: list.notAList };
}

interface CheckedList {
  readonly byName: ReadonlyMap<JobName, RawJob>;
  readonly refused: ReadonlySet<JobName>;
  readonly findings: readonly Finding[];
  readonly notAList: boolean;
}

async function checkList(list: unknown, at: readonly string[]): Promise<CheckedList> {
  const byName = new Map<JobName, RawJob>();
  const refused = new Set<JobName>();
  const findings: Finding[] = [];
  if (!Array.isArray(list)) {
    return { byName, refused, findings: [wrongType(at, list, 'a list')], notAList: true };
  }
  for (const [index, entry] of list.entries()) {
    const { name, raw, findings: found } = await checkJobEntry(entry, [...at, index]);
    findings.push(...found);
    if (name === undefined) continue;
    if (byName.has(name)) findings.push(secondEntry(name, [...at, index]));
    if (!raw || byName.has(name)) refused.add(name);
    else byName.set(name, raw);
  }
  return { byName, refused, findings, notAList: false };
}

/** Two schedules of one job would fight over its one row. */
function secondEntry(name: JobName, at: readonly (string | number)[]): Finding {
  return {
    severity: 'error',
    rule: 'configValue',
    at: [...at, 'name'],
    message: `${name} is listed twice; it does not run until one entry is left.`,
  };
}

async function readIfThere(state: StateDirectory): Promise<Buffer | undefined> {
  try {
    return await state.fileSystem.readFile(state.path('jobs.yaml'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(`Could not read ${jobsFilePath}`, error);
  }
}
