import { SyncError } from '../syncError';
import { renderAccessFile } from './accessYaml';
import type { AccessState } from './accessState';
import { entityKeyText, ruleKeyText, type EntityKey, type RoleRule } from './accessRule';
import { expandRules } from './expandRules';
import {
  exportableRules,
  note,
  type AccessDialect,
  type ExportableRules,
  type LossyNote,
} from './exportableRules';
import { parseAccessFile, type ParsedAccessFile } from './parseAccessFile';
import { rewriteAccessFile } from './rewriteAccessFile';
import { nothingBeside, type RulesBeside } from './rulesBeside';

/** The database's role rules as YAML. */
export interface AccessExport {
  readonly yaml: string;
  readonly dialect: AccessDialect;
  /** How many role rules the text says, patterns written out. */
  readonly rules: number;
  /** What it cannot say. */
  readonly lossy: readonly LossyNote[];
}

export interface ExportInput {
  readonly state: AccessState;
  /** `roles` where the server, or the file that is written, knows it, unless told. */
  readonly dialect?: AccessDialect | undefined;
  /** The file that is to be written: `roles.yaml` is read with other defaults. */
  readonly path?: string;
  /** A file that is to be written over: its rules that stay keep their comments. */
  readonly over?: ParsedAccessFile | undefined;
  /** What the file beside it says already. */
  readonly beside?: RulesBeside;
}

/**
 * Writes the rules with a real emitter, reads them back, and compares: a text that does not say the same is never given out.
 * @throws SyncError `invalidInput` for a dialect whose silence the file would be read by to close an entity; `internal` when no
 * text could be made that reads back as the rules
 */
export async function exportAccess(input: ExportInput): Promise<AccessExport> {
  const { state, over, beside = nothingBeside, path = 'config.yaml' } = input;
  const isNewer = (over ?? parseAccessFile('', path)).file.saysDefaults || state.generation === 'newer';
  const dialect = input.dialect ?? (isNewer ? 'roles' : 'config');
  const all = exportableRules(state, dialect);
  if (dialect === 'config') refuseClosing(path, all);
  const exported = without(all, beside);
  const library = await import('yaml');
  const entities = [...state.entities.values()];
  const isTrue = (text: string) => saysExactly(text, path, exported, entities, dialect);

  const rewritten = over && rewriteAccessFile({ library, parsed: over, exported, dialect, entities });
  if (rewritten && isTrue(rewritten.text)) {
    const lossy = [...exported.lossy, ...rewritten.lossy];
    return { yaml: rewritten.text, dialect, rules: exported.rules.size, lossy };
  }
  const yaml = renderAccessFile(library, exported, dialect);
  if (!isTrue(yaml))
    throw new SyncError('internal', 'The access rules could not be written so that they read back the same.');
  const lostComments = over
    ? [note('comments', null, 'The file is written anew: its comments could not be kept.')]
    : [];
  return { yaml, dialect, rules: exported.rules.size, lossy: [...exported.lossy, ...lostComments] };
}

/** Where leaving `default_included` out means false, a text without that word would close what is open. */
function refuseClosing(path: string, { lossy, rules }: ExportableRules): void {
  if (!parseAccessFile('', path).file.saysDefaults) return;
  const spoken = new Set([...rules.values()].map(entityKeyText));
  const open = lossy.filter(
    ({ what, entity_type: entityType, entity_id: entityId }) =>
      what === 'default_included' &&
      spoken.has(entityKeyText({ entityType: entityType ?? '', entityId: entityId ?? '' })),
  );
  if (open.length === 0) return;
  throw new SyncError(
    'invalidInput',
    `${path} cannot be written in the dialect of 0.12: entities that are open to everybody (${open.length}) would be closed by it.`,
    { hint: 'Write config.yaml, or choose the dialect roles.', details: { path } },
  );
}

/** What the file beside it says is left out. An entity that it does not open keeps a rule, which is what can say so. */
function without(all: ExportableRules, beside: RulesBeside): ExportableRules {
  const rules = new Map([...all.rules].filter(([key]) => !beside.rules.has(key)));
  const spoken = new Set([...rules.values()].map(entityKeyText));
  for (const [key, rule] of all.rules) {
    const entity = entityKeyText(rule);
    if (!all.included.has(entity) || beside.opened.has(entity) || spoken.has(entity)) continue;
    rules.set(key, rule);
    spoken.add(entity);
  }
  const included = new Set([...all.included].filter((key) => spoken.has(key)));
  return { rules, included, lossy: [...all.lossy, ...beside.contradictions] };
}

function saysExactly(
  text: string,
  path: string,
  { rules, included }: ExportableRules,
  entities: readonly EntityKey[],
  dialect: AccessDialect,
): boolean {
  const parsed = parseAccessFile(text, path);
  const said = expandRules(parsed.rules, entities);
  if ([...parsed.problems, ...said.problems].some(({ severity }) => severity === 'error')) return false;
  const same = (rule: RoleRule) => {
    const other = said.rules.get(ruleKeyText(rule));
    return other?.access === rule.access && other.justification === rule.justification;
  };
  const opened = [...said.entities.values()]
    .filter(({ defaultIncluded }) => defaultIncluded)
    .map(entityKeyText);
  return (
    said.rules.size === rules.size &&
    [...rules.values()].every(same) &&
    (dialect === 'config' || (opened.length === included.size && opened.every((key) => included.has(key))))
  );
}
