import { existsSync, readFileSync } from 'node:fs';

const parts = ['content', 'accessControl', 'users', 'jobs'];

/**
 * The statements that give an empty database the tables of a systemprompt.io server.
 *
 * @param {object} [options]
 * @param {readonly string[]} [options.schema] which groups of tables: content, accessControl, users, jobs; default: all;
 *   with `[]` there is nothing
 * @param {'0.12' | 'current'} [options.generation] of which server; default: 0.12
 * @returns {string} one script without parameters
 */
export function readSchema({ schema = parts, generation = '0.12' } = {}) {
  if (schema.length === 0) return '';
  const files = ['extensionMigrations.sql'];
  for (const part of schema) {
    files.push(`${part}.sql`);
    if (generation === 'current') files.push(`current/${part}.sql`);
  }
  return files
    .map((file) => new URL(file, import.meta.url))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}
