import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PendingExplanation } from '../../../src/core/accessControl/accessControlLocalSync';
import { ruleKeys } from '../../../src/core/accessControl/checkRule';
import type { EntityCatalog } from '../../../src/core/accessControl/entityCatalog';
import { accessKeyDescriptions, accessKeyText } from '../../../src/ui/accessControl/accessKeyText';
import { entityHover } from '../../../src/ui/accessControl/entityHover';
import { explanationText } from '../../../src/ui/accessControl/explanationText';
import { inEnglish as t } from '../inEnglish';
import { accessDiff, rule, rulesFile } from './sampleAccess';

const entity = { entityType: 'agent', entityId: 'writer' };

describe('the answer to who may what', () => {
  const explained: PendingExplanation = {
    entity,
    roles: ['user', 'editor'],
    user: 'u1',
    decision: 'allow',
    reason: 'rule',
    rule: { ruleType: 'role', ruleValue: 'user', access: 'allow', justification: 'Everybody writes' },
    generation: 'newer',
    may_depend_on: ['1 department rule of agent/writer'],
    notes: [],
  };

  it('names the decision, the rule, the generation and what else may count', () => {
    const text = explanationText(t, explained);
    expect(text).toContain('# agent/writer');
    expect(text).toContain('For: the roles user, editor, as the user u1');
    expect(text).toContain('**allowed (role rule for user)**, as far as its own rules tell');
    expect(text).toContain('Justification of the rule: Everybody writes');
    expect(text).toContain('- 1 department rule of agent/writer');
    expect(text).toContain('Read as servers newer than 0.12 do.');
    expect(text).toMatch(/all of them\n\nThe same\.\n$/);
  });

  it('says what it would be once the files are applied, and why nothing is granted', () => {
    const now = { ...explained, roles: [], user: null, generation: '0.12' as const, may_depend_on: [] };
    const { rule: _, ...open } = now;
    const text = explanationText(t, {
      ...open,
      decision: 'deny',
      reason: 'notAssigned',
      notes: ['Servers 0.13 differ.'],
      pending: { ...open, decision: 'allow', reason: 'defaultIncluded' },
    });
    expect(text).toContain('For: somebody without a role');
    expect(text).toContain('**denied (no rule fits, and it is not open to everybody)**\n');
    expect(text).toContain('Servers 0.13 differ.');
    expect(text.split('all of them')[1]).toContain('**allowed (it is open to everybody, default_included)**');
  });
});

describe('the texts of an access-control file', () => {
  const path = join(import.meta.dirname, '..', '..', '..', 'media', 'schemas', 'access-control.schema.json');
  const schema = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly properties: { readonly rules: { readonly description: string } };
    readonly definitions: {
      readonly rule: {
        readonly required: readonly string[];
        readonly properties: Readonly<
          Record<string, { readonly description: string; readonly default?: unknown }>
        >;
      };
    };
  };
  const { rule: ruleSchema } = schema.definitions;

  it('say of each key what the JSON Schema says', () => {
    const descriptions = accessKeyDescriptions(t);
    expect(Object.keys(descriptions).sort()).toEqual(['rules', ...ruleKeys].sort());
    expect(descriptions['rules']).toBe(schema.properties.rules.description);
    for (const [key, { description, default: absent }] of Object.entries(ruleSchema.properties)) {
      expect(descriptions[key], key).toBe(description);
      const text = accessKeyText(t, key) ?? '';
      expect(text.includes('required'), key).toBe(ruleSchema.required.includes(key));
      expect(text.includes(`Default: \`${String(absent)}\``), key).toBe(absent !== undefined);
    }
  });

  it('know nothing of a key that does not exist', () => {
    expect(accessKeyText(t, 'constructor')).toBeUndefined();
  });

  it('say of an entity whether it is declared, and what the database has', () => {
    const catalog: EntityCatalog = {
      ids: new Map([['agent', ['writer']]]),
      incomplete: new Set(['skill']),
      parents: new Map(),
    };
    const diff = accessDiff(rulesFile(rule('writer', 'user')), {
      rules: ['agent/writer user deny', 'agent/writer admin allow'],
      open: ['agent/writer'],
    });
    expect(entityHover(t, entity, catalog, diff)).toEqual([
      'agent/writer',
      'Declared by the services of this project.',
      'In the database: admin allow, user deny',
      'It is open to everybody in the database (default_included).',
    ]);
    expect(entityHover(t, { entityType: 'agent', entityId: 'nobody' }, catalog, diff)).toEqual([
      'agent/nobody',
      'No service of this project declares it.',
      'The database has no role rule for it.',
    ]);
    expect(entityHover(t, { entityType: 'skill', entityId: 's' }, catalog, undefined)).toEqual(['skill/s']);
  });
});
