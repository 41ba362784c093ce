import type { Environment } from '../project/project';

/** Programs that a deploy runs have no use for these, and their output is shown. */
const ownSecrets: readonly string[] = [
  'SYSTEMPROMPT_API_TOKEN',
  'SYSTEMPROMPT_TENANT_TOKEN',
  'SYSTEMPROMPT_CLOUD_DATABASE_URL',
];

/** The environment of every program that a deploy runs. `DATABASE_URL` stays: a compiler that checks queries needs it. */
export function childEnvironment(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ownSecrets.includes(name)));
}
