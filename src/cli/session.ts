import type { RunContext } from '../core/ports';
import { discoverProject, type Project } from '../core/project/discoverProject';
import { completeInterruptedRun, warnOfInterruptedRun } from '../core/state/interruptedRun';
import { openStateDirectory } from '../core/state/stateDirectory';
import type { ExitCode } from './exitCodes';
import type { Output } from './output';
import type { Terminal } from './terminal';

/** The global options of cli-contract.md, as commander names them. */
export interface GlobalOptions {
  readonly project?: string;
  readonly profile?: string;
  readonly services?: string;
  readonly databaseUrl?: string;
  readonly cloudDatabaseUrl?: string;
  readonly apiUrl?: string;
  readonly origin?: string;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly confirmTarget?: string;
  readonly allowMassDelete?: number;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** What a command works with: its options, the host, and the way to answer. */
export interface Session {
  readonly options: GlobalOptions;
  readonly context: RunContext;
  readonly output: Output;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Absolute folder of the built programs, which threads are started from. */
  readonly programs: string;
}

/** A command answers through `session.output` and says how it ended. */
export type Command<Options> = (session: Session, options: Options) => Promise<ExitCode>;

/** The project that the global options and the environment name, for a command that only looks. */
export async function openProject(session: Session): Promise<Project> {
  const project = await findProject(session);
  await warnOfInterruptedRun(openStateDirectory(project.root), session.context);
  return project;
}

/**
 * The project, for a command that compares in order to change something: what an interrupted run has left is completed first,
 * unless it is a dry run.
 * @throws SyncError as `discoverProject` and `completeInterruptedRun` say
 */
export async function openProjectToChange(session: Session): Promise<Project> {
  if (session.options.dryRun) return openProject(session);
  const project = await findProject(session);
  await completeInterruptedRun(openStateDirectory(project.root), session.context);
  return project;
}

async function findProject({ options, env, cwd, context }: Session): Promise<Project> {
  const project = await discoverProject({
    start: options.project ?? cwd,
    env,
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.services !== undefined && { servicesDir: options.services }),
    ...(options.databaseUrl !== undefined && { databaseUrl: options.databaseUrl }),
    ...(options.cloudDatabaseUrl !== undefined && { cloudDatabaseUrl: options.cloudDatabaseUrl }),
    ...(options.apiUrl !== undefined && { apiUrl: options.apiUrl }),
    ...(options.origin !== undefined && { origin: options.origin }),
    ...(options.tenant !== undefined && { tenantId: options.tenant }),
  });
  for (const warning of project.warnings) context.logger.warn(warning);
  return project;
}
