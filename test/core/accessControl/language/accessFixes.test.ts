import { describe, expect, it } from 'vitest';
import type { EntityCatalog } from '../../../../src/core/accessControl/entityCatalog';
import { accessFixes } from '../../../../src/core/accessControl/language/accessFixes';
import { applyEdit } from '../../../../src/core/yaml/textEdit';

const catalog: EntityCatalog = {
  ids: new Map([['agent', ['reader', 'writer']]]),
  incomplete: new Set(),
  parents: new Map(),
};
const place = { path: 'services/access-control/config.yaml', others: [], catalog };

const valid =
  'rules:\n  - entity_type: agent\n    entity_id: writer # ours\n    access: deny\n    roles: [user]\n';

function fixed(text: string): string[] {
  return accessFixes(text, place).map(({ edit }) => applyEdit(text, edit));
}

describe('a quick fix of an access-control file', () => {
  it.each([
    ['a type', 'entity_type: agnt'],
    ['an id', 'entity_id: writr # ours'],
    ['an access', 'access: dney'],
    ['a key of a rule', 'accces: deny'],
    ['a key of the top level', 'ruls:'],
    ['blanks around an id', 'entity_id: "writer " # ours'],
  ])('mends %s with the nearest known name, and touches nothing else', (_, written) => {
    const key = written.split(':')[0]!;
    const rightKey = { accces: 'access', ruls: 'rules' }[key] ?? key;
    const line = valid.split('\n').find((each) => each.includes(`${rightKey}:`))!;
    const text = valid.replace(line.replace(/^[ -]*/, ''), written);
    expect(text).not.toBe(valid);
    expect(fixed(text)).toEqual([valid]);
  });

  it('keeps a byte order mark, line ends of Windows and quotes that are needed', () => {
    const text = `\ufeff${valid.replaceAll('\n', '\r\n').replace('access: deny', 'access: dney')}`;
    expect(fixed(text)).toEqual([text.replace('dney', 'deny')]);
  });

  it.each([
    ['nothing is near', valid.replace('writer', 'somebody')],
    ['the key is there already', valid.replace('    roles', '    acces: allow\n    roles')],
    [
      'its value has an anchor, which others may rely on',
      'rules:\n  - {entity_type: &t agnt, entity_id: writer, roles: [a]}\n',
    ],
    ['nothing is wrong', valid],
    ['the text cannot be read', 'rules: [\n'],
  ])('does not exist where %s', (_, text) => {
    expect(fixed(text)).toEqual([]);
  });
});
