import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { regularFileReader } from '../disk/readRegularFile';
import { projectPath } from '../content/config/contentSource';
import { errnoOf, SyncError } from '../syncError';
import type { AccessProblem } from './accessProblem';
import { compareText } from './accessRule';
import type { AccessFile, DeclaredRule } from './declaredRule';
import { parseAccessFile } from './parseAccessFile';

/** What the access-control files of a project say. */
export interface DeclaredAccess {
  /** Those that were read, `config.yaml` first. */
  readonly files: readonly AccessFile[];
  /** Other files beside them, left alone whatever they hold; relative to the project's root. */
  readonly others: readonly string[];
  readonly rules: readonly DeclaredRule[];
  readonly problems: readonly AccessProblem[];
}

export interface AccessFilesPlace {
  readonly servicesDir: string;
  readonly projectRoot: string;
  /** Instead of the two files: absolute, or relative to the services directory (data.md 3.1). */
  readonly file?: string | undefined;
}

/** The only files beside each other that are ours (versions.md, "other YAML beside it"). */
export const accessFileNames = ['config.yaml', 'roles.yaml'] as const;

const maxBytes = 16 * 1024 * 1024;

/**
 * Reads `config.yaml` and `roles.yaml`, those that exist; their rules are joined. What is wrong in them is a problem with line
 * and column, never an exception.
 *
 * @throws SyncError `missingConfig` when there is neither, or not the file that was asked for
 */
export async function readAccessFiles(place: AccessFilesPlace): Promise<DeclaredAccess> {
  const { servicesDir, projectRoot, file } = place;
  const folder = accessFolder(servicesDir);
  const names = file === undefined ? await namesIn(folder) : [];
  const paths =
    file === undefined
      ? accessFileNames.filter((name) => names.includes(name)).map((name) => join(folder, name))
      : [isAbsolute(file) ? file : join(servicesDir, file)];
  const shown = (path: string) => shownPath(projectRoot, path);
  if (paths.length === 0) throw nothingToRead(shown(folder));
  const parsed = paths.map((path) => readOne(path, shown(path)));
  const others = names.filter(
    (name) => /\.ya?ml$/i.test(name) && !(accessFileNames as readonly string[]).includes(name),
  );
  return {
    files: parsed.flatMap(({ file: read }) => (read ? [read] : [])),
    others: others.sort(compareText).map((name) => shown(join(folder, name))),
    rules: parsed.flatMap(({ rules }) => rules),
    problems: parsed.flatMap(({ problems }) => problems),
  };
}

/** Whether a file is one of the two that an apply reads unasked. @param path absolute */
export function isAccessFile(path: string, servicesDir: string): boolean {
  return accessFileNames.some((name) => join(accessFolder(servicesDir), name) === path);
}

/** Where the two files are. */
export function accessFolder(servicesDir: string): string {
  return join(servicesDir, 'access-control');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw new SyncError('io', `The folder ${folder} cannot be listed.`, { cause: error });
  }
}

interface ReadFile {
  readonly file: AccessFile | undefined;
  readonly rules: readonly DeclaredRule[];
  readonly problems: readonly AccessProblem[];
}

function readOne(path: string, shown: string): ReadFile {
  const read = regularFileReader(maxBytes)(path);
  if ('code' in read) {
    if (read.code === 'ENOENT') throw nothingToRead(shown);
    return unreadable(
      shown,
      `The file cannot be read (${read.code === 'ELOOP' ? 'it is a symbolic link' : read.code}).`,
    );
  }
  if (read.bytes.length > maxBytes) return unreadable(shown, 'The file is larger than 16 MB.');
  if (!isUtf8(read.bytes)) return unreadable(shown, 'The file is not UTF-8 text.');
  return parseAccessFile(read.bytes.toString('utf8'), shown);
}

function unreadable(path: string, message: string): ReadFile {
  const problem: AccessProblem = {
    severity: 'error',
    rule: 'unreadableFile',
    path,
    line: null,
    column: null,
    message,
  };
  return { file: undefined, rules: [], problems: [problem] };
}

function nothingToRead(path: string): SyncError {
  return new SyncError('missingConfig', `There are no access rules at ${path}.`, {
    hint: 'Create config.yaml with a list "rules:" there, or write one with "acl export --out".',
    details: { path },
  });
}

/** How findings name a file: relative to the project's root, with `/`; what lies outside the project as it is. */
export function shownPath(projectRoot: string, path: string): string {
  const way = relative(projectRoot, path);
  return way.startsWith('..') || isAbsolute(way) ? path : projectPath(projectRoot, path);
}
