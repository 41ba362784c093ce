import { yamlLocator, type YamlPath } from '../yaml/locateYaml';
import { locateFindings, type AccessFinding, type AccessProblem } from './accessProblem';
import type { AccessFile, RulePlace } from './declaredRule';

/** Findings about rules of several files, and where those rules stand. Files are searched only when there is a need. */
export interface Places {
  add(place: RulePlace, path: YamlPath, finding: Omit<AccessFinding, 'at'>): void;
  /** For people: `services/access-control/roles.yaml:12`. */
  describe(place: RulePlace): string;
  problems(): AccessProblem[];
}

export function createPlaces(): Places {
  const found = new Map<AccessFile, AccessFinding[]>();
  const locators = new Map<AccessFile, ReturnType<typeof yamlLocator>>();
  return {
    add({ file, at }, path, finding) {
      const list = found.get(file) ?? [];
      list.push({ ...finding, at: [...at, ...path] });
      found.set(file, list);
    },
    describe({ file, at }) {
      const locate = locators.get(file) ?? yamlLocator(file.text);
      locators.set(file, locate);
      return `${file.path}:${locate(at).line}`;
    },
    problems: () => [...found].flatMap(([{ text, path }, findings]) => locateFindings(findings, text, path)),
  };
}
