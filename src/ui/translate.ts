/**
 * Puts a text into the user's language: `vscode.l10n.t` in the editor. Pure modules take it as a parameter, so that they
 * run in plain Node as well. `{0}`, `{1}` … stand for the arguments; every text is listed in l10n/bundle.l10n.json.
 */
export type Translate = (text: string, ...values: (string | number)[]) => string;
