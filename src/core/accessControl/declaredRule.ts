import type { YamlPath } from '../yaml/locateYaml';
import type { Access, EntityType } from './accessRule';

/** One entry of `rules:` as it was written, in either dialect (data.md 3.1, versions.md "ACL YAML"). */
export interface DeclaredRule {
  readonly entityType: EntityType;
  /** Exactly one of the two. A pattern's `*` stands for any text. */
  readonly target: { readonly id: string } | { readonly match: string };
  readonly access: Access;
  readonly roles: readonly string[];
  readonly justification: string | null;
  /** Undefined: the rule does not say. */
  readonly defaultIncluded: boolean | undefined;
  readonly place: RulePlace;
}

/** Where a rule stands: enough to find line and column when they are asked for. */
export interface RulePlace {
  readonly file: AccessFile;
  /** Of the entry in the YAML. */
  readonly at: YamlPath;
}

/** A file with rules. */
export interface AccessFile {
  /** Relative to the project's root, with `/`. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** SHA-256 of its bytes. */
  readonly digest: string;
  /**
   * True when a rule that says nothing about `default_included` says false, as servers read it that know the key: in
   * `roles.yaml`, and in a file that uses a key of the newer dialect.
   */
  readonly saysDefaults: boolean;
}

export function isMatch(target: DeclaredRule['target']): target is { readonly match: string } {
  return 'match' in target;
}
