import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import type { ContentProblem } from '../../models/content';
import { errnoOf } from '../../syncError';
import { problem } from '../contentProblem';
import type { ContentSource } from '../config/contentSource';

export type WalkStep =
  | { readonly kind: 'file'; readonly absolute: string; readonly path: string }
  /** What could not be looked into: present and invalid. */
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: ContentProblem }
  | { readonly kind: 'warning'; readonly problem: ContentProblem };

const skippedDirectories = new Set(['.git', 'node_modules']);

/** Why the source's directory cannot be scanned at all, or undefined when it can. */
export function rootFault(source: ContentSource, projectRoot: string): ContentProblem | undefined {
  const fault = (rule: 'missingDirectory' | 'unreadableDirectory' | 'configPath', reason: string) =>
    problem('error', rule, source.path, undefined, `The source ${source.name} cannot be read: ${reason}.`);
  try {
    const root = realpathSync(source.directory);
    if (!statSync(root).isDirectory()) return fault('missingDirectory', `${source.path} is not a directory`);
    const inside = relative(realpathSync(projectRoot), root);
    const leaves = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
    return leaves
      ? fault('configPath', `${source.path} leads out of the project through a symbolic link`)
      : undefined;
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    if (missing) return fault('missingDirectory', `the directory ${source.path} does not exist`);
    return fault('unreadableDirectory', `${source.path} (${code})`);
  }
}

/**
 * Walks a directory for regular `*.md` files: those of a directory first, then its directories, names by code units, so
 * that the order is the same on every machine.
 * Symbolic links are never followed; those that would matter are warned about (data.md C-26).
 *
 * @param path of the directory, relative to the project's root, with `/`
 */
export function* walkMarkdown(directory: string, path: string): Generator<WalkStep> {
  const pending = [{ directory, path }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const entries = readDirectory(next.directory);
    if (!Array.isArray(entries)) {
      const message = `The directory cannot be read (${entries.code}); nothing in it is judged.`;
      const unreadable = problem('error', 'unreadableDirectory', next.path, undefined, message);
      yield { kind: 'unreadable', path: next.path, problem: unreadable };
      continue;
    }
    const inner: typeof pending = [];
    for (const entry of entries) {
      const absolute = `${next.directory}${sep}${entry.name}`;
      const entryPath = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skippedDirectories.has(entry.name)) inner.push({ directory: absolute, path: entryPath });
      } else if (entry.isSymbolicLink()) {
        if (isMarkdown(entry.name) || leadsToDirectory(absolute))
          yield { kind: 'warning', problem: symlink(entryPath) };
      } else if (entry.isFile() && isMarkdown(entry.name)) yield { kind: 'file', absolute, path: entryPath };
    }
    pending.push(...inner.reverse());
  }
}

function readDirectory(directory: string): Dirent[] | { readonly code: string } {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort(byName);
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return { code };
  }
}

/** A file named `.md` has no extension (data.md 1.4). */
function isMarkdown(name: string): boolean {
  return name.endsWith('.md') && name.length > 3;
}

function leadsToDirectory(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function symlink(path: string): ContentProblem {
  const message = 'This is a symbolic link; links are not followed, so it takes no part.';
  return problem('warning', 'symlinkSkipped', path, undefined, message);
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
