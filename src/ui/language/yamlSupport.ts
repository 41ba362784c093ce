import { extensions } from 'vscode';

/** True when the YAML extension is there, which shows keys and descriptions from the schemas that we contribute. */
export function hasYamlSupport(): boolean {
  return extensions.getExtension('redhat.vscode-yaml') !== undefined;
}
