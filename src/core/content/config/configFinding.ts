import type { ContentProblem } from '../../models/content';
import { problem, type ContentRule } from '../contentProblem';
import { yamlLocator, type YamlPath } from '../../yaml/locateYaml';
import { didYouMean } from '../../nearestName';

export type Mapping = Readonly<Record<string, unknown>>;

/** A problem whose place is still a path in the YAML; places are looked up only when there is something to report. */
export interface Finding {
  readonly severity: ContentProblem['severity'];
  readonly rule: ContentRule;
  readonly at: YamlPath;
  readonly message: string;
}

/**
 * The findings with line and column.
 *
 * @param yaml the text that was read, without a byte order mark
 * @param firstLine the line of the file on which that text starts
 */
export function findingProblems(
  found: readonly Finding[],
  yaml: string,
  path: string,
  firstLine = 1,
): ContentProblem[] {
  if (found.length === 0) return [];
  const locate = yamlLocator(yaml);
  return found.map(({ severity, rule, at, message }) => {
    const { line, column } = locate(at);
    return problem(severity, rule, path, { line: line + firstLine - 1, column }, message);
  });
}

export function unknownKey(key: string, at: YamlPath, known: readonly string[]): Finding {
  const message = `The key "${key}" is not known and has no effect.${didYouMean(key, known)}`;
  return { severity: 'warning', rule: 'configUnknownKey', at: [...at, key], message };
}

/** @param expected what the setting should be, in words: `a text`, `a list` */
export function wrongType(at: YamlPath, value: unknown, expected: string): Finding {
  const missing = value === undefined || value === null;
  return {
    severity: 'error',
    rule: missing ? 'configRequired' : 'configType',
    at,
    message: missing
      ? `${at.join('.')} is missing; ${expected} is expected.`
      : `${at.join('.')} is ${describeValue(value)}; ${expected} is expected.${expected === 'a text' ? quoteHint(value) : ''}`,
  };
}

/** What a YAML value is, in words: `the number 2024`, `a list`, `empty`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `the text "${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

/** ` Quote it: "2024".` for a value that would be text in quotes, else nothing. */
export function quoteHint(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? ` Quote it: "${value}".` : '';
}

export function valueAt(value: unknown, steps: YamlPath): unknown {
  let at = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
