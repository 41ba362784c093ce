import type { DatabaseTarget } from '../database/databaseTarget';
import { redact } from '../redact';
import type { Project } from './project';

interface Described<Value> {
  readonly value: Value;
  /** Where it came from, or what was looked for. */
  readonly from: string;
}

interface DescribedDatabase extends Described<string | null> {
  readonly host?: string;
  readonly port?: number;
  readonly name?: string;
  readonly user?: string;
  readonly sslmode?: string;
  readonly production?: boolean;
  readonly production_reason?: string | null;
}

/** What `project show` prints (cli-contract.md): plain JSON, passwords masked, no token. */
export interface ProjectDescription {
  readonly root: Described<string>;
  readonly services: Described<string>;
  readonly profile: Described<string | null> & {
    readonly path?: string;
    readonly display_name?: string;
    readonly target?: 'local' | 'cloud';
    readonly environment?: string | null;
  };
  readonly profiles_available: readonly string[];
  readonly database: DescribedDatabase;
  readonly cloud_database: DescribedDatabase;
  readonly tenant: Described<string | null> & {
    readonly name?: string;
    readonly hostname?: string;
    readonly kind?: 'local' | 'cloud';
  };
  readonly mode: Described<Project['mode']>;
  readonly origin: string | null;
  readonly api_url: Described<string>;
  readonly warnings: readonly string[];
}

export function describeProject(project: Project): ProjectDescription {
  const { profile, tenant, provenance } = project;
  return {
    root: { value: project.root, from: provenance.root },
    services: { value: project.servicesDir, from: provenance.servicesDir },
    profile: {
      value: profile?.name ?? null,
      from: provenance.profile,
      ...(profile === undefined
        ? {}
        : {
            path: profile.path,
            display_name: profile.displayName,
            target: profile.target,
            environment: profile.environment,
          }),
    },
    profiles_available: project.profilesAvailable,
    database: describeDatabase(project.database, provenance.database),
    cloud_database: describeDatabase(project.cloudDatabase, provenance.cloudDatabase),
    tenant: {
      value: tenant.id ?? null,
      from: provenance.tenant,
      ...(tenant.name === undefined ? {} : { name: tenant.name }),
      ...(tenant.hostname === undefined ? {} : { hostname: tenant.hostname }),
      ...(tenant.kind === undefined ? {} : { kind: tenant.kind }),
    },
    mode: { value: project.mode, from: provenance.mode },
    origin: tenant.origin === undefined ? null : redact(tenant.origin),
    api_url: { value: redact(project.apiUrl), from: provenance.apiUrl },
    warnings: project.warnings.map(redact),
  };
}

function describeDatabase(target: DatabaseTarget | undefined, from: string): DescribedDatabase {
  if (target === undefined) return { value: null, from };
  const { host, port, name, user, sslmode, production, productionReason } = target;
  return {
    value: maskedUrl(target),
    from,
    host,
    port,
    name,
    user,
    sslmode,
    production,
    production_reason: productionReason,
  };
}

/** Built from the parts, so that nothing of the secret URL can slip through. */
function maskedUrl({ host, port, name, user }: DatabaseTarget): string {
  const credentials = `${encodeURIComponent(user)}:***`;
  if (host.startsWith('/')) return `postgres://${credentials}@/${name}?host=${host}&port=${port}`;
  return `postgres://${credentials}@${host.includes(':') ? `[${host}]` : host}:${port}/${name}`;
}
