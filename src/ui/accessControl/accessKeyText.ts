import { keyMarkdown, type KeyFacts } from '../language/keyFacts';
import type { Translate } from '../translate';

const facts: Readonly<Record<string, KeyFacts>> = {
  rules: { type: 'mappings', required: false },
  entity_type: { type: 'text', required: true },
  entity_id: { type: 'text', required: false },
  entity_match: { type: 'text', required: false },
  access: { type: 'text', required: false, default: 'allow' },
  default_included: { type: 'boolean', required: false, default: 'false' },
  roles: { type: 'texts', required: true },
  justification: { type: 'text', required: false },
};

/** What a key of an access-control file means, as Markdown; undefined for keys that it does not know. */
export function accessKeyText(t: Translate, key: string): string | undefined {
  const known = Object.hasOwn(facts, key) ? facts[key] : undefined;
  return known && keyMarkdown(t, key, accessKeyDescriptions(t)[key] ?? '', known);
}

/** The JSON Schema says the same; a test holds them together. */
export function accessKeyDescriptions(t: Translate): Readonly<Record<string, string>> {
  return {
    rules: t(
      'The rules. Whoever no rule names is denied, unless the entity is open to everybody (default_included).',
    ),
    entity_type: t(
      'What kind of thing the rule is about. slack_workspace and teams_tenant exist since server 0.17.',
    ),
    entity_id: t('The id of the entity, as the services declare it.'),
    entity_match: t(
      'A pattern over the ids that exist; * stands for any text. Servers before 0.14.1 refuse it.',
    ),
    access: t(
      'What the rule says. Servers before 0.14.1 require it; the newer ones take allow when it is left out.',
    ),
    default_included: t(
      'true opens the entity to everybody whom no rule denies. Servers before 0.14.1 refuse it.',
    ),
    roles: t(
      'The roles that the rule is about, compared exactly. Every server knows admin, user and anonymous.',
    ),
    justification: t('Why, for people; shown with the decision.'),
  };
}
