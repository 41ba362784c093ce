/** The project's schedule, relative to its root. */
export const jobsFilePath = '.systemprompt/sync/jobs.yaml';
