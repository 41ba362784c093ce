import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readTextFile } from '../project/readJsonFile';
import { errnoOf } from '../syncError';
import { readYaml } from '../yaml/readYaml';

const manifestSchema = z.looseObject({
  extension: z.looseObject({
    type: z.nullish(z.string()),
    name: z.nullish(z.string()),
    binary: z.nullish(z.string()),
    enabled: z.nullish(z.boolean()),
  }),
});
const serversSchema = z.looseObject({
  mcp_servers: z.record(
    z.string(),
    z.nullable(z.looseObject({ binary: z.nullish(z.string()), dev_only: z.nullish(z.boolean()) })),
  ),
});

export interface McpBinaries {
  /** Programs that the image needs, sorted. */
  readonly production: readonly string[];
  /** Manifests that could not be understood: what they name is not known. */
  readonly unreadable: readonly string[];
}

/**
 * The programs of the enabled MCP extensions (`extensions/<name>/manifest.yaml`, or one folder deeper), without those whose
 * server is for development only (cloud.md 4.5).
 */
export async function findMcpBinaries(root: string, servicesDir: string): Promise<McpBinaries> {
  const unreadable: string[] = [];
  const development = await developmentServers(servicesDir, unreadable);
  const found = new Set<string>();
  for (const path of await manifests(root)) {
    const parsed = manifestSchema.safeParse(await yamlOf(join(root, path)));
    if (!parsed.success) {
      unreadable.push(path);
      continue;
    }
    const { type, name, binary, enabled } = parsed.data.extension;
    if (type !== 'mcp' || enabled === false || !binary) continue;
    if (!/^[\w.-]+$/.test(binary)) unreadable.push(path);
    else if (!development.has(binary) && !development.has(name ?? binary)) found.add(binary);
  }
  return { production: [...found].sort(), unreadable };
}

/** By name of the server and by name of its program. */
async function developmentServers(servicesDir: string, unreadable: string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const folder = join(servicesDir, 'mcp');
  for (const file of (await namesIn(folder)).filter((name) => /\.ya?ml$/.test(name))) {
    const parsed = serversSchema.safeParse(await yamlOf(join(folder, file)));
    if (!parsed.success) {
      unreadable.push(`services/mcp/${file}`);
      continue;
    }
    for (const [name, server] of Object.entries(parsed.data.mcp_servers)) {
      if (server?.dev_only !== true) continue;
      names.add(name);
      if (server.binary) names.add(server.binary);
    }
  }
  return names;
}

async function manifests(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await foldersIn(join(root, 'extensions'))) {
    const folder = `extensions/${name}`;
    const nested = await foldersIn(join(root, folder));
    for (const place of [folder, ...nested.map((inner) => `${folder}/${inner}`)]) {
      if ((await namesIn(join(root, place))).includes('manifest.yaml')) found.push(`${place}/manifest.yaml`);
    }
  }
  return found;
}

async function yamlOf(file: string): Promise<unknown> {
  const read = readYaml((await readTextFile(file)) ?? '');
  return 'value' in read ? read.value : undefined;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing<never>);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing<string>)).sort();
}

function unlessMissing<T>(error: unknown): T[] {
  if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
  throw error;
}
