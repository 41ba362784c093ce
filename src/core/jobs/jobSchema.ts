import * as z from 'zod/mini';
import { unportablePathReason } from '../state/portablePath';
import { jobNames, type JobName, type JobTask } from './job';

const directions = {
  to_db: 'to-db',
  'to-db': 'to-db',
  db: 'to-db',
  to_database: 'to-db',
  to_disk: 'to-disk',
  'to-disk': 'to-disk',
  disk: 'to-disk',
} as const;

const flag = z.optional(z.boolean());

/** Parameters by job, named as in data.md 5.1. Both flags are off unless they are asked for: nothing destructive by default. */
const parameterSchemas = {
  content_sync: z.strictObject({
    direction: z.optional(z.enum(Object.keys(directions) as (keyof typeof directions)[])),
    delete_orphans: flag,
    override_existing: flag,
    sources: z.optional(z.array(z.string().check(z.minLength(1)))),
  }),
  access_control_sync: z.strictObject({
    delete_orphans: flag,
    override_existing: flag,
    yaml_path: z.optional(
      z
        .string()
        .check(
          z.refine(
            (path) => unportablePathReason(path) === undefined,
            'must lie below the services directory',
          ),
        ),
    ),
  }),
} satisfies Record<JobName, z.ZodMiniType>;

const common = {
  schedule: z.nullish(z.string()),
  enabled: flag,
  catch_up: flag,
  timeout_seconds: z.optional(z.int().check(z.gte(1), z.lte(86_400))),
  retries: z.optional(z.int().check(z.gte(0), z.lte(10))),
};

/** An entry of `jobs:`. */
export const jobSchemas = {
  content_sync: z.strictObject({
    name: z.literal('content_sync'),
    ...common,
    parameters: z.nullish(parameterSchemas.content_sync),
  }),
  access_control_sync: z.strictObject({
    name: z.literal('access_control_sync'),
    ...common,
    parameters: z.nullish(parameterSchemas.access_control_sync),
  }),
};

export type RawJob = z.output<(typeof jobSchemas)[JobName]>;

export const jobKeys: readonly string[] = ['name', ...Object.keys(common), 'parameters'];

export function parameterKeys(name: JobName): readonly string[] {
  return Object.keys(parameterSchemas[name].shape);
}

export function isJobName(name: unknown): name is JobName {
  return jobNames.some((known) => known === name);
}

/** The task of an entry, with what it does not say filled in. */
export function taskOf(raw: RawJob): JobTask {
  const { delete_orphans: deleteOrphans = false, override_existing: overrideExisting = false } =
    raw.parameters ?? {};
  if (raw.name === 'content_sync') {
    const { direction = 'to_db', sources = [] } = raw.parameters ?? {};
    return {
      name: raw.name,
      parameters: { direction: directions[direction], deleteOrphans, overrideExisting, sources },
    };
  }
  const yamlPath = raw.parameters?.yaml_path;
  return {
    name: raw.name,
    parameters: { deleteOrphans, overrideExisting, ...(yamlPath !== undefined && { yamlPath }) },
  };
}
