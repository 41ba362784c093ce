import { describe, expect, it } from 'vitest';
import { expandRules } from '../../../src/core/accessControl/expandRules';
import { parseAccessFile } from '../../../src/core/accessControl/parseAccessFile';

const path = 'services/access-control/config.yaml';

function rule(lines: string): string {
  return `rules:\n  - entity_type: agent\n${lines.replace(/^/gm, '    ')}\n`;
}

describe('reading an access-control file', () => {
  it.each([
    ['an empty file', ''],
    ['comments alone', '# nothing yet\n\n'],
    ['an empty mapping', '{}\n'],
    ['a bare key', 'rules:\n'],
    ['an empty list', 'rules: []'],
    ['a byte order mark', '\ufeffrules: []\n'],
  ])('takes %s for no rules', (_what, text) => {
    expect(parseAccessFile(text, path)).toMatchObject({ rules: [], problems: [] });
  });

  it('reads both dialects, and access is allow when it is left out', () => {
    const { rules, problems, file } = parseAccessFile(
      'rules:\n- {entity_type: gateway_route, entity_match: "*", roles: [user, admin], default_included: true}\n- entity_type: skill\n  entity_id: s\n  access: deny\n  roles:\n  - user\n  justification: ~\n',
      path,
    );
    expect(problems).toEqual([]);
    expect(file.saysDefaults).toBe(true);
    expect(rules).toMatchObject([
      {
        entityType: 'gateway_route',
        target: { match: '*' },
        access: 'allow',
        roles: ['user', 'admin'],
        defaultIncluded: true,
        justification: null,
      },
      {
        entityType: 'skill',
        target: { id: 's' },
        access: 'deny',
        roles: ['user'],
        defaultIncluded: undefined,
      },
    ]);
  });

  it('tells an empty justification from none', () => {
    const text = rule('entity_id: a\nroles: [x]\njustification: ""');
    expect(parseAccessFile(text, path).rules[0]?.justification).toBe('');
  });

  it('lets roles.yaml, and a file with a newer key, say that an entity is not open to everybody', () => {
    const text = rule('entity_id: a\nroles: [x]');
    expect(parseAccessFile(text, path).file.saysDefaults).toBe(false);
    expect(parseAccessFile(text, 'services/access-control/roles.yaml').file.saysDefaults).toBe(true);
  });

  it.each([
    ['an unknown key at the top', 'rule: []\n', 'unknownKey', 1, 1, '"rules"'],
    ['a file that is a list', '- entity_type: agent\n', 'notMapping', 1, 1, 'a mapping'],
    ['a literal null', 'null\n', 'notMapping', 1, 1, 'empty'],
    ['rules that are no list', 'rules: 5\n', 'wrongType', 1, 1, 'a list'],
    ['a rule that is a text', 'rules: [x]\n', 'wrongType', 1, 9, 'a mapping'],
    ['broken YAML', 'rules:\n  - [\n', 'yamlSyntax', 3, 1, ''],
    ['a duplicate key', 'rules: []\nrules: []\n', 'yamlSyntax', 2, 1, 'twice'],
    ['two documents', 'rules: []\n---\nrules: []\n', 'yamlSyntax', 2, 1, 'document'],
    ['an unknown key in a rule', rule('entity_id: a\nrole: [x]\nroles: [x]'), 'unknownKey', 4, 5, '"roles"'],
    [
      'a bad entity type',
      'rules:\n  - entity_type: Agent\n    entity_id: a\n    roles: [x]\n',
      'badEnum',
      2,
      5,
      '"agent"',
    ],
    ['a bad access', rule('entity_id: a\naccess: Allow\nroles: [x]'), 'badEnum', 4, 5, 'allow or deny'],
    ['a missing id', rule('roles: [x]'), 'missing', 2, 5, 'entity_id is missing'],
    [
      'id and match together',
      rule('entity_id: a\nentity_match: b\nroles: [x]'),
      'idOrMatch',
      4,
      5,
      'not both',
    ],
    ['a blank id', rule('entity_id: " "\nroles: [x]'), 'blank', 3, 5, 'blank'],
    ['blanks around an id', rule('entity_id: "a "\nroles: [x]'), 'outerBlanks', 3, 5, 'blanks around'],
    ['a line break in an id', rule('entity_id: "a\\nb"\nroles: [x]'), 'controlCharacter', 3, 5, 'control'],
    ['a number as id', rule('entity_id: 2024\nroles: [x]'), 'wrongType', 3, 5, 'Quote it: "2024"'],
    ['no roles', rule('entity_id: a'), 'noRoles', 2, 5, 'no role'],
    ['an empty list of roles', rule('entity_id: a\nroles: []'), 'noRoles', 4, 5, 'no role'],
    ['roles that are a text', rule('entity_id: a\nroles: x'), 'wrongType', 4, 5, 'a list'],
    ['a blank role', rule('entity_id: a\nroles: [x, ""]'), 'blank', 4, 16, 'blank'],
    [
      'a role that is a boolean',
      rule('entity_id: a\nroles:\n  - x\n  - true'),
      'wrongType',
      6,
      9,
      'Quote it',
    ],
    [
      'a default that is a text',
      rule('entity_id: a\nroles: [x]\ndefault_included: yes'),
      'wrongType',
      5,
      5,
      'true or false',
    ],
    [
      'a justification that is a number',
      rule('entity_id: a\nroles: [x]\njustification: 5'),
      'wrongType',
      5,
      5,
      'Quote it',
    ],
  ])('finds %s at its place', (_what, text, found, line, column, message) => {
    const { problems } = parseAccessFile(text, path);
    expect(problems).toMatchObject([{ severity: 'error', rule: found, path, line, column }]);
    expect(problems[0]?.message).toContain(message);
  });

  it('gives every problem of a file, not the first alone', () => {
    const { problems } = parseAccessFile(
      'rules:\n  - entity_type: x\n    entity_id: ""\n    roles: []\n    nonsense: 1\n',
      path,
    );
    expect(problems.map((found) => found.rule).sort()).toEqual(['badEnum', 'blank', 'noRoles', 'unknownKey']);
  });

  it('refuses aliases that stand for billions of values', () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `  a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
    );
    const { problems } = parseAccessFile(`rules:\n  a0: &a0 [x]\n${levels.join('\n')}\n`, path);
    expect(problems).toMatchObject([{ rule: 'wrongType' }]);
  });
});

describe('rules that meet', () => {
  const parse = (text: string) => expandRules(parseAccessFile(text, path).rules, []);
  const entry = (rest: string) => `  - {entity_type: agent, ${rest}}\n`;

  it.each([
    ['another access', 'entity_id: a, roles: [x], access: deny', 'error', 'contradiction'],
    ['another justification', 'entity_id: a, roles: [x], justification: other', 'error', 'contradiction'],
    ['the same once more', 'entity_id: a, roles: [x], justification: why', 'warning', 'duplicateRule'],
    [
      'a pattern with another access',
      'entity_match: "*", roles: [x], access: deny',
      'error',
      'contradiction',
    ],
  ])('with %s are told, with the place of the other', (_what, rest, severity, found) => {
    const { problems } = parse(
      `rules:\n${entry('entity_id: a, roles: [x], justification: why')}${entry(rest)}`,
    );
    expect(problems).toMatchObject([{ severity, rule: found, line: 3 }]);
    expect(problems[0]?.message).toContain(`${path}:2`);
  });

  it('with a pattern that says the same keep the justification of the named one', () => {
    for (const order of [0, 1]) {
      const entries = [
        entry('entity_id: a, roles: [x], justification: why'),
        entry('entity_match: "*", roles: [x]'),
      ];
      const { rules, problems } = parse(`rules:\n${(order ? entries.reverse() : entries).join('')}`);
      expect(problems).toEqual([]);
      expect([...rules.values()]).toMatchObject([{ justification: 'why', byMatch: false }]);
    }
  });

  it('about default_included have to agree where they speak of it', () => {
    const text = (second: string) =>
      `rules:\n${entry('entity_id: a, roles: [x], default_included: true')}${entry(`entity_id: a, roles: [y]${second}`)}`;
    expect(parse(text(', default_included: false')).problems).toMatchObject([
      { rule: 'contradiction', severity: 'error' },
    ]);
    expect([...parse(text('')).entities.values()]).toMatchObject([
      { defaultIncluded: true, saysDefault: true },
    ]);
  });

  it('through one pattern and a thousand ids are one thing to correct', () => {
    const ids = Array.from({ length: 1000 }, (_, at) => ({ entityType: 'agent', entityId: `a${at}` }));
    const text = `rules:\n${entry('entity_match: "a*", roles: [x]')}${entry('entity_match: "*", roles: [x], access: deny')}`;
    expect(expandRules(parseAccessFile(text, path).rules, ids).problems).toHaveLength(1);
  });
});
