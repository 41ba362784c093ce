import { describeValue, isMapping } from '../content/config/configFinding';
import { didYouMean } from '../nearestName';
import { exceedsNodes, readYaml } from '../yaml/readYaml';
import { sha256 } from '../digest';
import { locateFindings, type AccessFinding, type AccessProblem } from './accessProblem';
import { checkRule, newerKeys } from './checkRule';
import type { AccessFile, DeclaredRule } from './declaredRule';

export interface ParsedAccessFile {
  readonly file: AccessFile;
  readonly rules: readonly DeclaredRule[];
  readonly problems: readonly AccessProblem[];
}

/** What a value may unfold to through aliases: ten times what 50,000 rules need. */
const maxNodes = 5_000_000;

/**
 * The rules of one text, in either dialect. Never throws: whatever is wrong is a problem with line and column.
 * An empty text, comments alone and a bare `rules:` are no rules (data.md 3.1).
 *
 * @param path relative to the project's root; `roles.yaml` is what newer servers read
 */
export function parseAccessFile(bytes: string, path: string): ParsedAccessFile {
  const text = bytes.startsWith('\ufeff') ? bytes.slice(1) : bytes;
  const fileOf = (saysDefaults: boolean): AccessFile => ({ path, text, digest: sha256(bytes), saysDefaults });
  const read = readYaml(text);
  if ('fault' in read) {
    const { reason, position } = read.fault;
    const problem: AccessProblem = {
      severity: 'error',
      rule: 'yamlSyntax',
      path,
      line: position?.line ?? null,
      column: position?.column ?? null,
      message: `The YAML cannot be used, ${reason}.`,
    };
    return { file: fileOf(false), rules: [], problems: [problem] };
  }
  const found: AccessFinding[] = [];
  const entries = readEntries(read.value, text, found);
  const file = fileOf(path.endsWith('roles.yaml') || entries.some(usesNewerKey));
  const rules = entries.flatMap((raw, index) => {
    const at = ['rules', index];
    const rule = checkRule(raw, at, found);
    return rule ? [{ ...rule, place: { file, at } }] : [];
  });
  return { file, rules, problems: locateFindings(found, text, path) };
}

function readEntries(value: unknown, text: string, found: AccessFinding[]): readonly unknown[] {
  const stop = (rule: AccessFinding['rule'], at: readonly string[], message: string): [] => {
    found.push({ severity: 'error', rule, at, message });
    return [];
  };
  if (exceedsNodes(value, maxNodes))
    return stop('wrongType', [], 'The file unfolds to too many values through its aliases.');
  if ((value === null || value === undefined) && isEmpty(text)) return [];
  if (!isMapping(value)) {
    return stop('notMapping', [], `The file is ${describeValue(value)}; a mapping with rules is expected.`);
  }
  for (const key of Object.keys(value)) {
    if (key === 'rules') continue;
    stop(
      'unknownKey',
      [key],
      `The key "${key}" is not known here; only rules is.${didYouMean(key, ['rules'])}`,
    );
  }
  const rules = value['rules'] ?? [];
  if (Array.isArray(rules)) return rules;
  return stop('wrongType', ['rules'], `rules is ${describeValue(rules)}; a list is expected.`);
}

/** Nothing but comments, blank lines and document markers. */
function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---|\.\.\.)?\s*$/.test(line));
}

function usesNewerKey(raw: unknown): boolean {
  return isMapping(raw) && newerKeys.some((key) => key in raw);
}
