/**
 * Core is shared with the command line, and names its options where it tells people what to do. In the editor the same
 * things have other names. Longer options stand before the ones they start with.
 */
const editorNames: readonly (readonly [RegExp, string])[] = [
  [/"acl diff" lists them all/g, 'the Problems panel lists them all'],
  [/--database-url\b/g, 'the stored database URL (Set Database URL…)'],
  [/--services\b/g, 'the setting systempromptSync.project.servicesDirectory'],
  [/--tenant\b/g, 'the setting systempromptSync.tenant.id (Select Tenant…)'],
  [/--origin\b/g, 'the setting systempromptSync.tenant.origin'],
  [/--api-url\b/g, 'the setting systempromptSync.tenant.controlPlane'],
  [/--client-id\b/g, 'the setting systempromptSync.tenant.clientId'],
  [/--profile\b(?: [\w.-]+(?: \| [\w.-]+)*)?/g, 'the command Select Profile…'],
  [/--project\b/g, 'the setting systempromptSync.project.folder'],
  [/--delete (?=carries)/g, 'Delete on Tenant… or Delete Local File… '],
  [/--allow-mass-delete \d+/g, 'its number when asked'],
  [/Confirm it with --confirm-target \S+, or/g, 'Type the host when asked, or'],
  [/--confirm-target \S+/g, 'the typed host'],
];

/** The text with the command line's option names replaced by what the editor calls them. */
export function inEditorWords(text: string): string {
  return editorNames.reduce((words, [option, name]) => words.replace(option, name), text);
}
