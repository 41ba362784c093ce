import yaml from 'js-yaml';
import type { Position } from '../content/contentProblem';
import { positionsIn } from './locateYaml';
import { yamlSchema } from './yamlSchema';

/** Why a text is no usable YAML. */
export interface YamlFault {
  readonly kind: 'syntax' | 'duplicateKey';
  /** Says what is wrong, without a place. */
  readonly reason: string;
  /** Line and column in the YAML text, from 1. */
  readonly position: Position | undefined;
}

/**
 * Reads one YAML document. Dates stay text, merge keys are plain keys, aliases are shared and never copied.
 * Duplicate keys, tabs as indentation, unknown tags, control characters and a second document are faults. Never throws.
 */
export function readYaml(text: string): { readonly value: unknown } | { readonly fault: YamlFault } {
  try {
    const value = yaml.load(text, { schema: yamlSchema });
    // The library takes some of them between quotes; the server's does not take them anywhere.
    return unprintable.test(text) ? { fault: controlCharacterIn(text) } : { value };
  } catch (error) {
    return { fault: faultOf(error, text) };
  }
}

function faultOf(error: unknown, text: string): YamlFault {
  if (!(error instanceof yaml.YAMLException)) {
    // Lists inside lists, thousands deep, exhaust the parser's stack.
    return { kind: 'syntax', reason: 'it is nested too deeply to be read', position: undefined };
  }
  const reason = error.reason ?? '';
  if (reason === 'duplicated mapping key') {
    const position = positionOf(error);
    return { kind: 'duplicateKey', reason: 'a key appears twice in the same mapping', position };
  }
  if (reason.startsWith('expected a single document')) {
    const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/m.exec(text.replace(/^---/, '   '));
    const position = positionsIn(text)(marker?.index ?? 0);
    return { kind: 'syntax', reason: 'it holds more than one document', position };
  }
  if (/null byte|non-printable|valid JSON character/.test(reason)) return controlCharacterIn(text);
  return { kind: 'syntax', reason: reason || 'it cannot be read', position: positionOf(error) };
}

function controlCharacterIn(text: string): YamlFault {
  const position = positionsIn(text)(Math.max(0, text.search(unprintable)));
  return { kind: 'syntax', reason: 'it holds a control character', position };
}

const unprintable = /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]|\p{Surrogate}/u;

function positionOf(error: yaml.YAMLException): Position | undefined {
  // The library has no mark for the few faults that concern the whole text.
  const mark = error.mark as yaml.Mark | undefined;
  return mark && { line: mark.line + 1, column: mark.column + 1 };
}

/**
 * True when a value unfolds to more than `limit` nodes. Aliases are shared while reading, so a few hundred bytes can
 * stand for billions of nodes; whoever walks the value must ask first.
 */
export function exceedsNodes(value: unknown, limit: number): boolean {
  const pending = [value];
  for (let seen = 0; pending.length > 0; seen += 1) {
    if (seen + pending.length > limit) return true;
    const node = pending.pop();
    if (typeof node === 'object' && node !== null)
      for (const child of Object.values(node)) pending.push(child);
  }
  return false;
}
