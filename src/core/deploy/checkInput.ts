import type { TenantConnection } from '../api/connectTenant';
import type { RunContext } from '../ports';
import type { Environment, Project } from '../project/project';
import type { Check, CheckId } from './check';
import type { DeployLayout } from './deployLayout';
import type { DeployOptions } from './deployOptions';
import type { Engine } from './engine';
import type { GitState } from './gitState';

/** What checks look at. What costs something is asked once, by the first check that wants it. */
export interface CheckInput {
  readonly project: Project;
  readonly options: DeployOptions;
  readonly env: Environment;
  readonly context: RunContext;
  /** Of the host, where it keeps one. */
  readonly apiToken: string | undefined;
  readonly layout: DeployLayout | undefined;
  readonly engine: () => Promise<Engine>;
  readonly git: () => Promise<GitState>;
  readonly tenant: () => Promise<TenantConnection>;
}

/** One question; undefined where it does not arise. Throws only `cancelled` and faults of ours. */
export interface CheckRule {
  readonly id: CheckId;
  readonly title: string;
  readonly run: (input: CheckInput) => Promise<CheckFinding | undefined>;
}

export type CheckFinding = Omit<Check, 'id' | 'title'>;

export function ok(message: string): CheckFinding {
  return { state: 'ok', message };
}

export function warning(message: string, fix: string, more: Partial<Check> = {}): CheckFinding {
  return { state: 'warning', message, fix, ...more };
}

export function failure(message: string, fix: string, more: Partial<Check> = {}): CheckFinding {
  return { state: 'failed', message, fix, code: 'missingConfig', ...more };
}
