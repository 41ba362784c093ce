import type { DatabaseTarget } from '../database/databaseTarget';
import { SyncError } from '../syncError';

export interface ProjectOptions {
  /** Where to start looking; a file stands for its folder. */
  readonly start: string;
  /** A name below `.systemprompt/profiles/`, or a path (cloud.md 5.1). */
  readonly profile?: string | undefined;
  readonly servicesDir?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly cloudDatabaseUrl?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly origin?: string | undefined;
  readonly tenantId?: string | undefined;
  /** The environment: core never reads `process.env` itself. */
  readonly env: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProjectProfile {
  readonly name: string;
  /** Absolute path of its profile.yaml. */
  readonly path: string;
  readonly displayName: string;
  readonly target: 'local' | 'cloud';
  /** `runtime.environment`; null when the profile does not say. */
  readonly environment: string | null;
  readonly tenantId: string | null;
}

export interface ProjectTenant {
  readonly id?: string;
  readonly name?: string;
  readonly hostname?: string;
  /** A `local` tenant has no cloud side. */
  readonly kind?: 'local' | 'cloud';
  /** Of direct mode: `--origin`, else made from the host name. */
  readonly origin?: string;
}

/** `direct` talks to the tenant itself, `relay` to the control plane; `none`: no tenant is known. */
export type ProjectMode = 'direct' | 'relay' | 'none';

export const projectFields = [
  'root',
  'servicesDir',
  'profile',
  'database',
  'cloudDatabase',
  'tenant',
  'apiUrl',
  'mode',
] as const;
export type ProjectField = (typeof projectFields)[number];

/** What was found. Holds no secret that printing, inspecting or serialising it would show. */
export interface Project {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** Absolute, without symbolic links; exists. */
  readonly servicesDir: string;
  /** Undefined when there is none, or several and none was chosen. */
  readonly profile: ProjectProfile | undefined;
  readonly profilesAvailable: readonly string[];
  readonly database: DatabaseTarget | undefined;
  /** Why `database` is undefined although something was configured. */
  readonly databaseProblem: SyncError | undefined;
  /** Undefined: the API is asked for it. */
  readonly cloudDatabase: DatabaseTarget | undefined;
  readonly tenant: ProjectTenant;
  /** The control plane. */
  readonly apiUrl: string;
  readonly mode: ProjectMode;
  /** Where each value came from, or what was looked for, for people. */
  readonly provenance: Readonly<Record<ProjectField, string>>;
  readonly warnings: readonly string[];
}

/**
 * The project's own database.
 * @throws SyncError missingConfig when none is configured, or the problem with the one that is
 */
export function requireDatabase(project: Project): DatabaseTarget {
  if (project.database !== undefined) return project.database;
  if (project.databaseProblem !== undefined) throw project.databaseProblem;
  throw new SyncError(
    'missingConfig',
    `No database is configured for ${project.root}: ${project.provenance.database}.`,
    {
      hint:
        project.profile === undefined && project.profilesAvailable.length > 1
          ? `Choose a profile (--profile ${project.profilesAvailable.join(' | ')}), or set DATABASE_URL.`
          : 'Put database_url into secrets.json of the profile, set DATABASE_URL, or give --database-url.',
    },
  );
}
