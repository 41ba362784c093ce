import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMapping, valueAt, type Mapping } from '../content/config/configFinding';
import { breather } from '../disk/breathe';
import { regularFileReader } from '../disk/readRegularFile';
import { readYaml } from '../yaml/readYaml';
import { errnoOf } from '../syncError';
import { compareText, entityKeyText, type EntityType } from './accessRule';

/** The ids that the services of a project declare, and which marketplaces hold them. */
export interface EntityCatalog {
  /** Sorted; a type of which nothing is declared is missing. */
  readonly ids: ReadonlyMap<DeclarableType, readonly string[]>;
  /** Types with a file that could not be read: nothing may be called undeclared there. */
  readonly incomplete: ReadonlySet<DeclarableType>;
  /** Marketplaces by `entityKeyText` of their members. */
  readonly parents: ReadonlyMap<string, readonly string[]>;
}

/** Where each type is declared: in a folder per entity, or under a key of any of its files (cloud.md 5.2). */
const places = {
  agent: { folder: 'agents', key: 'agents', wrapper: undefined },
  mcp_server: { folder: 'mcp', key: 'mcp_servers', wrapper: undefined },
  skill: { folder: 'skills', key: 'skills', wrapper: undefined },
  plugin: { folder: 'plugins', key: 'plugins', wrapper: 'plugin' },
  marketplace: { folder: 'marketplaces', key: 'marketplaces', wrapper: 'marketplace' },
  hook: { folder: 'hooks', key: 'hooks', wrapper: undefined },
} as const satisfies Partial<
  Record<EntityType, { folder: string; key: string; wrapper: string | undefined }>
>;

/** The types that services declare; routes are declared by the profile, workspaces by nobody. */
export type DeclarableType = keyof typeof places;

export const declarableTypes = Object.keys(places) as readonly DeclarableType[];

const maxBytes = 1024 * 1024;
const readFile = regularFileReader(maxBytes);

/**
 * Reads what the services declare. Never fails: what cannot be read makes its type incomplete.
 *
 * @param servicesDir absolute; symbolic links below it are not followed
 * @throws SyncError `cancelled`
 */
export async function readEntityCatalog(servicesDir: string, signal?: AbortSignal): Promise<EntityCatalog> {
  const builder = new CatalogBuilder();
  const breathe = breather(signal);
  builder.addShared(servicesDir);
  for (const type of declarableTypes) {
    const folder = join(servicesDir, places[type].folder);
    for (const entry of listing(folder)) {
      builder.addEntry(type, folder, entry);
      await breathe();
    }
  }
  return builder.build();
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

class CatalogBuilder {
  private readonly ids = new Map<DeclarableType, Set<string>>();
  private readonly incomplete = new Set<DeclarableType>();
  private readonly parents = new Map<string, string[]>();

  /** `config/*.yaml` may declare anything (cloud.md 5.2). */
  addShared(servicesDir: string): void {
    for (const { name, isFolder } of listing(join(servicesDir, 'config'))) {
      if (isFolder || !isYaml(name)) continue;
      const root = readMapping(join(servicesDir, 'config', name));
      for (const type of declarableTypes) {
        if (root) this.addKeyed(type, root);
        else this.incomplete.add(type);
      }
    }
  }

  addEntry(type: DeclarableType, folder: string, { name, isFolder }: Entry): void {
    if (!isFolder && !isYaml(name)) return;
    const file = isFolder ? configOf(join(folder, name)) : join(folder, name);
    const root = file === undefined ? undefined : readMapping(file);
    if (!root) {
      if (file !== undefined) this.incomplete.add(type);
      else if (type === 'skill') this.addId(type, name);
      return;
    }
    const declared = this.addKeyed(type, root);
    if (isFolder && !declared) this.addFolder(type, name, root);
  }

  build(): EntityCatalog {
    const ids = new Map([...this.ids].map(([type, known]) => [type, [...known].sort(compareText)]));
    return { ids, incomplete: this.incomplete, parents: this.parents };
  }

  /** Entities under the key of their type; true when there is one. */
  private addKeyed(type: DeclarableType, root: Mapping): boolean {
    const map = root[places[type].key];
    if (!isMapping(map)) return false;
    for (const [id, entity] of Object.entries(map)) {
      if (!isMapping(entity)) continue;
      this.addId(type, id);
      if (type === 'marketplace') this.addMembers(id, entity);
    }
    return true;
  }

  /** `plugins/<name>/config.yaml`: the id it states, else the folder's name. */
  private addFolder(type: DeclarableType, name: string, root: Mapping): void {
    const { wrapper } = places[type];
    const wrapped = wrapper === undefined ? undefined : root[wrapper];
    const entity = isMapping(wrapped) ? wrapped : root;
    const stated = entity['id'];
    const id = typeof stated === 'string' && stated !== '' ? stated : name;
    this.addId(type, id);
    if (type === 'marketplace') this.addMembers(id, entity);
  }

  private addMembers(marketplace: string, entity: Mapping): void {
    for (const type of declarableTypes) {
      const include = valueAt(entity, [places[type].key, 'include']);
      if (!Array.isArray(include)) continue;
      for (const entityId of include) {
        if (typeof entityId !== 'string') continue;
        const member = entityKeyText({ entityType: type, entityId });
        this.parents.set(member, [...(this.parents.get(member) ?? []), marketplace]);
      }
    }
  }

  private addId(type: DeclarableType, id: string): void {
    this.ids.set(type, (this.ids.get(type) ?? new Set()).add(id));
  }
}

function listing(folder: string): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

function configOf(folder: string): string | undefined {
  const name = listing(folder).find((entry) => !entry.isFolder && /^config\.ya?ml$/.test(entry.name))?.name;
  return name === undefined ? undefined : join(folder, name);
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** Undefined when it is no YAML mapping; an empty file is an empty one. */
function readMapping(path: string): Mapping | undefined {
  const file = readFile(path);
  if ('code' in file || file.bytes.length > maxBytes) return undefined;
  const read = readYaml(file.bytes.toString('utf8'));
  if ('fault' in read) return undefined;
  const value = read.value ?? {};
  return isMapping(value) ? value : undefined;
}
