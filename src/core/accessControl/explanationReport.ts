import { describeEntity } from './accessRule';
import type { PendingExplanation } from './accessControlLocalSync';
import type { AccessExplanation } from './explainAccess';

/** JSON of `acl explain` (cli-contract.md). Keys may be added, never renamed. */
export interface ExplanationReport {
  readonly entity: string;
  readonly roles: readonly string[];
  readonly user: string | null;
  readonly decision: string;
  readonly reason: string;
  readonly rule?: RuleReport;
  readonly generation: string;
  readonly may_depend_on: readonly string[];
  readonly notes: readonly string[];
  /** What it would be once the files are applied, all of them; missing when that changes nothing. */
  readonly pending?: Pick<ExplanationReport, 'decision' | 'reason' | 'rule' | 'may_depend_on'>;
}

interface RuleReport {
  readonly rule_type: string;
  readonly rule_value: string;
  readonly access: string;
  readonly justification: string | null;
}

export function explanationReport(explained: PendingExplanation): ExplanationReport {
  const { entity, roles, user, generation, notes, pending } = explained;
  return {
    entity: describeEntity(entity),
    roles,
    user,
    ...decisionOf(explained),
    generation,
    notes,
    ...(pending && { pending: decisionOf(pending) }),
  };
}

function decisionOf({
  decision,
  reason,
  rule,
  may_depend_on,
}: AccessExplanation): Pick<ExplanationReport, 'decision' | 'reason' | 'rule' | 'may_depend_on'> {
  const shown = rule && {
    rule_type: rule.ruleType,
    rule_value: rule.ruleValue,
    access: rule.access,
    justification: rule.justification,
  };
  return { decision, reason, ...(shown && { rule: shown }), may_depend_on };
}
