import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { entityTypes } from '../../../src/core/accessControl/accessRule';
import { ruleKeys } from '../../../src/core/accessControl/checkRule';
import { knownRoles } from '../../../src/core/accessControl/knownRoles';

interface RuleSchema {
  readonly properties: Readonly<
    Record<
      string,
      {
        readonly enum?: readonly string[];
        readonly description?: string;
        readonly items?: { readonly examples: readonly string[] };
      }
    >
  >;
  readonly additionalProperties: boolean;
}

const schema = JSON.parse(
  readFileSync(new URL('../../../media/schemas/access-control.schema.json', import.meta.url), 'utf8'),
) as { readonly definitions: { readonly rule: RuleSchema } };

it('describes the same keys, types and roles in the JSON Schema as the reader takes', () => {
  const { properties, additionalProperties } = schema.definitions.rule;
  expect(Object.keys(properties).sort()).toEqual([...ruleKeys].sort());
  expect(additionalProperties).toBe(false);
  expect(properties['entity_type']?.enum).toEqual(entityTypes);
  expect(properties['access']?.enum).toEqual(['allow', 'deny']);
  expect(properties['roles']?.items?.examples).toEqual(knownRoles);
  for (const [key, { description }] of Object.entries(properties)) expect(description, key).toBeTruthy();
});
