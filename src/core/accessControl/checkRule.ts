import { describeValue, isMapping, quoteHint, type Mapping } from '../content/config/configFinding';
import type { YamlPath } from '../yaml/locateYaml';
import { didYouMean, nearestName } from '../nearestName';
import type { AccessFinding } from './accessProblem';
import { entityTypes, isEntityType, type Access, type EntityType } from './accessRule';
import type { DeclaredRule } from './declaredRule';

/** The keys of both dialects: the server refuses any other. */
export const ruleKeys = [
  'entity_type',
  'entity_id',
  'entity_match',
  'access',
  'roles',
  'justification',
  'default_included',
] as const;

/** Keys that the 0.12 server refuses. */
export const newerKeys: readonly string[] = ['entity_match', 'default_included'];

const accesses = ['allow', 'deny'] as const;

/**
 * One entry of `rules:`. Texts are taken as they are: what a server would store with blanks around it is refused instead
 * (data.md A-8).
 *
 * @param found gets every problem, with its path in the YAML
 * @returns undefined when the entry cannot be used
 */
export function checkRule(
  raw: unknown,
  at: YamlPath,
  found: AccessFinding[],
): Omit<DeclaredRule, 'place'> | undefined {
  const report: Report = (rule, path, message) =>
    found.push({ severity: 'error', rule, at: [...at, ...path], message });
  if (!isMapping(raw)) {
    report('wrongType', [], `The rule is ${describeValue(raw)}; a mapping with entity_type is expected.`);
    return undefined;
  }
  for (const key of Object.keys(raw)) {
    if ((ruleKeys as readonly string[]).includes(key)) continue;
    report('unknownKey', [key], `The key "${key}" is not known in a rule.${didYouMean(key, ruleKeys)}`);
  }
  const entityType = readEntityType(raw, report);
  const target = readTarget(raw, report);
  const access = readAccess(raw, report);
  const roles = readRoles(raw, report);
  const justification = readJustification(raw, report);
  const defaultIncluded = readDefault(raw, report);
  if (!entityType || !target || !access || !roles) return undefined;
  return { entityType, target, access, roles, justification, defaultIncluded };
}

type Report = (rule: AccessFinding['rule'], path: YamlPath, message: string) => void;

function readEntityType(raw: Mapping, report: Report): EntityType | undefined {
  const value = readText(raw, ['entity_type'], report);
  if (value === undefined) return undefined;
  if (isEntityType(value)) return value;
  const list = nearestName(value, entityTypes) === undefined ? ` Known are ${entityTypes.join(', ')}.` : '';
  report(
    'badEnum',
    ['entity_type'],
    `There is no entity type "${value}".${didYouMean(value, entityTypes)}${list}`,
  );
  return undefined;
}

function readTarget(raw: Mapping, report: Report): DeclaredRule['target'] | undefined {
  const hasId = raw['entity_id'] !== undefined;
  const hasMatch = raw['entity_match'] !== undefined;
  if (hasId && hasMatch) {
    report('idOrMatch', ['entity_match'], 'A rule has entity_id or entity_match, not both.');
    return undefined;
  }
  if (hasMatch) {
    const match = readText(raw, ['entity_match'], report);
    return match === undefined ? undefined : { match };
  }
  const id = readText(raw, ['entity_id'], report);
  return id === undefined ? undefined : { id };
}

function readAccess(raw: Mapping, report: Report): Access | undefined {
  if (raw['access'] === undefined) return 'allow';
  const value = readText(raw, ['access'], report);
  if (value === undefined) return undefined;
  const access = accesses.find((known) => known === value);
  if (!access) report('badEnum', ['access'], `access is "${value}"; it is allow or deny.`);
  return access;
}

function readRoles(raw: Mapping, report: Report): string[] | undefined {
  const value = raw['roles'] ?? [];
  if (!Array.isArray(value)) {
    report('wrongType', ['roles'], `roles is ${describeValue(value)}; a list is expected.`);
    return undefined;
  }
  if (value.length === 0) {
    report(
      'noRoles',
      'roles' in raw ? ['roles'] : [],
      'The rule names no role: it would grant and deny nothing.',
    );
    return undefined;
  }
  const roles = value.map((_, index) => readText(raw, ['roles', index], report, value[index]));
  return roles.every((role) => role !== undefined) ? roles : undefined;
}

function readJustification(raw: Mapping, report: Report): string | null {
  const value = raw['justification'] ?? null;
  if (value === null) return null;
  if (typeof value !== 'string') {
    report(
      'wrongType',
      ['justification'],
      `justification is ${describeValue(value)}; a text is expected.${quoteHint(value)}`,
    );
    return null;
  }
  if (!isStorable(value))
    report('controlCharacter', ['justification'], 'justification holds a character that no database stores.');
  return value;
}

function readDefault(raw: Mapping, report: Report): boolean | undefined {
  const value = raw['default_included'];
  if (value === undefined || typeof value === 'boolean') return value;
  report(
    'wrongType',
    ['default_included'],
    `default_included is ${describeValue(value)}; true or false is expected.`,
  );
  return undefined;
}

/** A text with which something is named: not blank, nothing around it, no control characters. */
function readText(
  raw: Mapping,
  at: YamlPath,
  report: Report,
  value: unknown = raw[String(at[0])],
): string | undefined {
  const name = at.length === 1 ? String(at[0]) : 'A role';
  const key = at.length === 1 && value === undefined ? [] : at;
  if (typeof value !== 'string') {
    const missing = value === undefined;
    report(
      missing ? 'missing' : 'wrongType',
      key,
      missing
        ? `${name} is missing.`
        : `${name} is ${describeValue(value)}; a text is expected.${quoteHint(value)}`,
    );
    return undefined;
  }
  const fault = nameFault(value);
  if (!fault) return value;
  report(fault.rule, at, `${name} ${fault.message}`);
  return undefined;
}

/** Why a text cannot name an entity or a role, as the end of a sentence; undefined when it can. */
export function nameFault(text: string): { rule: AccessFinding['rule']; message: string } | undefined {
  if (!/[^\p{White_Space}\ufeff]/u.test(text)) return { rule: 'blank', message: 'is blank.' };
  if (/^[\p{White_Space}\ufeff]|[\p{White_Space}\ufeff]$/u.test(text)) {
    return {
      rule: 'outerBlanks',
      message: `is ${JSON.stringify(text)}, with blanks around it, and would match nobody.`,
    };
  }
  if (/[\p{Cc}\p{Surrogate}\u2028\u2029]/u.test(text)) {
    return { rule: 'controlCharacter', message: 'holds a control character.' };
  }
  return undefined;
}

/** False for a text that Postgres or UTF-8 has no place for. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}
