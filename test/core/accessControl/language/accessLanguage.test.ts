import { describe, expect, it } from 'vitest';
import { accessCompletions } from '../../../../src/core/accessControl/accessCompletions';
import { describeProblem } from '../../../../src/core/describeProblem';
import type { EntityCatalog } from '../../../../src/core/accessControl/entityCatalog';
import { accessTargetAt } from '../../../../src/core/accessControl/language/accessTarget';
import { checkAccessText } from '../../../../src/core/accessControl/language/checkAccessText';
import { completeAccess } from '../../../../src/core/accessControl/language/completeAccess';
import { parseAccessFile } from '../../../../src/core/accessControl/parseAccessFile';
import { problemSpan } from '../../../../src/core/content/language/problemSpan';
import { applyEdit } from '../../../../src/core/yaml/textEdit';

const catalog: EntityCatalog = {
  ids: new Map([
    ['agent', ['reader', 'writer']],
    ['skill', ['cooking', 'yes']],
  ]),
  incomplete: new Set(),
  parents: new Map(),
};
const configPath = 'services/access-control/config.yaml';
const rolesPath = 'services/access-control/roles.yaml';

/** A text with `|` where the cursor is. */
function atCursor(marked: string): [text: string, offset: number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

const complete = (marked: string) => {
  const { rules } = parseAccessFile(
    'rules: [{ entity_type: agent, entity_id: reader, roles: [editor] }]',
    configPath,
  );
  return completeAccess(...atCursor(marked), accessCompletions({ catalog, rules }));
};
const labels = (marked: string) => complete(marked).map(({ label }) => label);

function accepted(marked: string, label: string): string {
  const found = complete(marked).find((each) => each.label === label);
  if (found === undefined) throw new Error(`${label} is not proposed`);
  return applyEdit(atCursor(marked)[0], { ...found.replace, text: found.insert });
}

const allKeys = [
  'entity_type',
  'entity_id',
  'entity_match',
  'access',
  'roles',
  'justification',
  'default_included',
];
const without = (...gone: string[]) => allKeys.filter((key) => !gone.includes(key));
const allRoles = ['admin', 'anonymous', 'editor', 'user'];

describe('completion in access rules', () => {
  it.each([
    ['|', ['rules']],
    ['ru|', ['rules']],
    ['rules:\n|', []],
    ['rules:\n  |', ['- entity_type']],
    ['rules:\n  - |', allKeys],
    ['rules:\n- |', allKeys],
    ['rules:\n  - ent|', allKeys],
    ['rules:\n  - entity_type: agent\n    |\n  - roles: [x]\n', without('entity_type')],
    [
      'rules:\n- entity_type: agent\n  entity_id: x\n  |\n- access: deny\n',
      without('entity_type', 'entity_id', 'entity_match'),
    ],
    [
      'rules:\n  - |\n    entity_match: x\n    roles:\n      - a\n  - access: deny\n',
      without('entity_id', 'entity_match', 'roles'),
    ],
    ['rules:\r\n  - entity_type: agent\r\n    acc|\r\n', without('entity_type')],
    ['rules:\n  - access: allow\n    roles:\n    - a\n    |', without('access', 'roles')],
    ['rules:\n  - entity_type: agent\n    own:\n      |', []],
    ['other:\n  - |', []],
    ['rules: # |', []],
    ['rules:\n  - { | }\n', []],
  ])('proposes at %j what may stand there', (marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });

  it.each([
    ['entity_type: |', ['gateway_route', 'mcp_server', 'plugin', 'agent']],
    ['access: |', ['allow', 'deny']],
    ['access:|', ['allow', 'deny']],
    ['default_included: |', ['true', 'false']],
    ['entity_match: |', ['*']],
    ['entity_id: |', ['reader', 'writer', 'cooking', 'yes']],
    ['roles: |', allRoles],
    ['roles: [|]', allRoles],
    ['roles: [user, |]', ['admin', 'anonymous', 'editor']],
    ['roles: ["user", ed|itor]', ['admin', 'anonymous', 'editor']],
    ['justification: |', []],
  ])('proposes what %s may say', (line, values) => {
    expect(labels(`rules:\n  - ${line}\n`).slice(0, Math.max(4, values.length))).toEqual(values);
    const below = `rules:\n  - justification: x\n    ${line}\n`;
    expect(labels(below).slice(0, Math.max(4, values.length))).toEqual(line.startsWith('just') ? [] : values);
  });

  it.each([
    ['rules:\n  - entity_type: agent\n    entity_id: |', ['reader', 'writer']],
    ['rules:\n  - entity_id: |\n    entity_type: "skill" # x\n', ['cooking', 'yes']],
    ['rules:\n  - entity_type: agent\n  - entity_type: skill\n    entity_id: coo|', ['cooking', 'yes']],
    ['rules:\n  - entity_type: hook\n    entity_id: |', []],
    ['rules:\n  - entity_type: agnt\n    entity_id: |', []],
  ])('proposes in %j the ids of the type of the rule', (marked, ids) => {
    expect(labels(marked)).toEqual(ids);
  });

  it.each([
    ['rules:\n  - entity_type: agent\n    roles:\n      - |'],
    ['rules:\n  - entity_type: agent\n    roles:\n    - a\n    - |'],
    ['rules:\n- roles:\n  - |'],
  ])('proposes roles for an entry of %j', (marked) => {
    expect(labels(marked)).toEqual(allRoles);
  });

  it.each([
    ['rules:\n  - entity_match: |', '*', 'rules:\n  - entity_match: "*"'],
    [
      'rules:\n  - entity_type: skill\n    entity_id:|',
      'cooking',
      'rules:\n  - entity_type: skill\n    entity_id: cooking',
    ],
    ['rules:\n  - roles: |', 'editor', 'rules:\n  - roles: [editor]'],
    ['rules:\n  - roles: [user, ed|]', 'editor', 'rules:\n  - roles: [user, editor]'],
    ['rules:\n  - acc|: deny', 'access', 'rules:\n  - access: deny'],
    ['rules:\n  - ro|', 'roles', 'rules:\n  - roles: [$1]'],
  ])('writes into %j the choice %s', (marked, label, written) => {
    expect(accepted(marked, label)).toBe(written);
  });

  it('starts a rule that the reader takes, once its places are filled', () => {
    const filled = accepted('|', 'rules')
      .replace('$1', 'agent')
      .replace('$2', 'writer')
      .replace('${3|allow,deny|}', 'deny')
      .replace('$4', 'user');
    expect(checkAccessText(filled, { path: configPath, others: [], catalog })).toEqual([]);
    expect(parseAccessFile(filled, configPath).rules).toHaveLength(1);
  });
});

describe('hover in access rules', () => {
  it.each([
    ['ru|les:\n', { kind: 'key', key: 'rules' }],
    ['rules:\n  - entity_ty|pe: agent\n', { kind: 'key', key: 'entity_type' }],
    ['rules:\n  - entity_type: agent\n    "acc|ess": deny\n', { kind: 'key', key: 'access' }],
    [
      'rules:\n  - entity_type: agent\n    entity_id: wri|ter # x\n',
      { kind: 'entity', entity: { entityType: 'agent', entityId: 'writer' } },
    ],
    [
      'rules:\n  - entity_id: "wri|ter"\n    entity_type: agent\n',
      { kind: 'entity', entity: { entityType: 'agent', entityId: 'writer' } },
    ],
  ])('finds in %j what the mouse is on', (marked, expected) => {
    expect(accessTargetAt(...atCursor(marked))).toMatchObject(expected);
  });

  it.each([
    ['rules:\n  - entity_id: wri|ter\n'],
    ['rules:\n  - entity_type: agnt\n    entity_id: wri|ter\n'],
    ['rules:\n  - entity_type: agent\n    entity_id: writer # no|te\n'],
    ['rules:\n  - entity_type: ag|ent\n'],
    ['rules:\n  - acc|\n'],
    ['own:\n  deeper:\n    ke|y: x\n'],
  ])('finds nothing in %j', (marked) => {
    expect(accessTargetAt(...atCursor(marked))).toBeUndefined();
  });
});

describe('the check of an open document', () => {
  const check = (text: string, path = configPath, otherText = '') => {
    const otherPath = path === configPath ? rolesPath : configPath;
    const others = parseAccessFile(otherText, otherPath).rules;
    return checkAccessText(text, { path, others, catalog }).map(describeProblem);
  };
  const grant = 'rules:\n  - entity_type: agent\n    entity_id: writer\n    roles: [user]\n';

  it('finds nothing wrong with good rules, and with an empty text', () => {
    expect(check(grant)).toEqual([]);
    expect(check('')).toEqual([]);
  });

  it('says where a text is no YAML, while it is typed', () => {
    expect(check('rules:\n  - entity_type: [\n')).toEqual([
      expect.stringMatching(/^services\/access-control\/config\.yaml:3:1: The YAML cannot be used/),
    ]);
  });

  it('finds rules that contradict each other, and ids that nobody declares', () => {
    const text = `${grant}  - entity_type: agent\n    entity_id: writr\n    roles: [user]\n  - entity_type: agent\n    entity_id: writer\n    access: deny\n    roles: [user]\n`;
    expect(check(text)).toEqual([
      `${configPath}:10:5: agent/writer for user is deny here and allow at ${configPath}:2.`,
      `${configPath}:6:5: No service of this project declares the agent "writr". Did you mean "writer"?`,
    ]);
  });

  it.each([configPath, rolesPath])('finds in %s what contradicts the other file', (path) => {
    const denial = grant.replace('    roles', '    access: deny\n    roles');
    const other = path === configPath ? rolesPath : configPath;
    expect(check(denial, path, grant)).toEqual([
      `${path}:4:5: agent/writer for user is deny here and allow at ${other}:2.`,
    ]);
    expect(check(grant, path, grant.replace('user', 'admin'))).toEqual([]);
  });

  it('takes the saved rules of the document itself for out of date', () => {
    const denial = grant.replace('    roles', '    access: deny\n    roles');
    const others = parseAccessFile(grant, configPath).rules;
    expect(checkAccessText(denial, { path: configPath, others, catalog })).toEqual([]);
  });

  it('underlines a key that is not known, and the value of one that is', () => {
    const underlined = (line: string, rule: string) => {
      const { start, end } = problemSpan(line, line.length - line.trimStart().length + 1, rule);
      return line.slice(start, end);
    };
    expect(underlined('    entity_typ: agent', 'unknownKey')).toBe('entity_typ');
    expect(underlined('    entity_id: writr # x', 'undeclaredId')).toBe('writr');
  });
});
