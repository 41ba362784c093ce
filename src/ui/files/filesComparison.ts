import type { FilesDiff } from '../../core/files/filesDiff';
import type { PlanTarget } from '../../core/models/plan';

/** What a comparison of the services directory with its tenant has found. */
export interface FilesComparison {
  readonly diff: FilesDiff;
  readonly target: PlanTarget;
  /** What this server cannot do, as sentences to show. */
  readonly states: readonly string[];
}
