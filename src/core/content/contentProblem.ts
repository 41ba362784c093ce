import type { ContentProblem } from '../models/content';

/** What was found, for quick fixes and tests. Rules of the config start with `config`. */
export type ContentRule =
  | 'tooLarge'
  | 'notUtf8'
  | 'nul'
  | 'unpairedSurrogate'
  | 'frontmatterMissing'
  | 'frontmatterUnclosed'
  | 'frontmatterNotMap'
  | 'yamlSyntax'
  | 'duplicateKey'
  | 'requiredMissing'
  | 'notText'
  | 'nullText'
  | 'blankText'
  | 'slugRule'
  | 'localeRule'
  | 'dateFormat'
  | 'dateCalendar'
  | 'notBoolean'
  | 'linkShape'
  | 'tagShape'
  | 'kindNotAllowed'
  | 'unreadableFile'
  | 'unreadableDirectory'
  | 'missingDirectory'
  | 'symlinkSkipped'
  | 'duplicateItem'
  | 'similarNames'
  | 'configType'
  | 'configRequired'
  | 'configValue'
  | 'configUnknownKey'
  | 'configLegacyWrapper'
  | 'configPath'
  | 'configNoKindAllowed';

/** A place in a text; lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function problem(
  severity: ContentProblem['severity'],
  rule: ContentRule,
  path: string,
  position: Position | undefined,
  message: string,
): ContentProblem {
  return { severity, path, line: position?.line ?? null, column: position?.column ?? null, message, rule };
}
