import { yamlLocator, type YamlPath } from '../yaml/locateYaml';
import type { ContentProblem } from '../models/content';

/** What was found, for quick fixes and tests. */
export type AccessRuleName =
  | 'yamlSyntax'
  | 'unreadableFile'
  | 'notMapping'
  | 'unknownKey'
  | 'missing'
  | 'wrongType'
  | 'badEnum'
  | 'blank'
  | 'outerBlanks'
  | 'controlCharacter'
  | 'idOrMatch'
  | 'noRoles'
  | 'duplicateRule'
  | 'contradiction'
  | 'matchesNothing'
  | 'undeclaredId'
  | 'unknownToDatabase'
  | 'silentDefault'
  | 'unsayableDefault'
  | 'restored';

/** A file, row or rule that people must look at: errors stop an apply. */
export interface AccessProblem extends ContentProblem {
  readonly rule: AccessRuleName;
}

/** A problem whose place is still a path in the YAML; places are looked up only when there is something to report. */
export interface AccessFinding {
  readonly severity: AccessProblem['severity'];
  readonly rule: AccessRuleName;
  readonly at: YamlPath;
  readonly message: string;
}

/** The findings with line and column, from 1. */
export function locateFindings(found: readonly AccessFinding[], text: string, path: string): AccessProblem[] {
  if (found.length === 0) return [];
  const locate = yamlLocator(text);
  return found.map(({ severity, rule, at, message }) => ({
    severity,
    rule,
    path,
    message,
    ...locate(at),
  }));
}
