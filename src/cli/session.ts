import type { RunContext } from '../core/ports';
import { discoverProject, type Project } from '../core/project/discoverProject';
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
}

/** A command answers through `session.output` and says how it ended. */
export type Command<Options> = (session: Session, options: Options) => Promise<ExitCode>;

/** The project that the global options and the environment name. */
export async function openProject({ options, env, cwd, context }: Session): Promise<Project> {
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
