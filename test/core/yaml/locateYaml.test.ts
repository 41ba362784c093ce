import { describe, expect, it } from 'vitest';
import { yamlLocator } from '../../../src/core/yaml/locateYaml';

describe('yamlLocator', () => {
  const text = [
    'rules:',
    '  - access: x',
    '    roles: [a, b]',
    '  - { access: deny, roles: [user, admin] }',
    '  - [[one], two]',
    '',
  ].join('\n');

  it.each([
    [['rules'], 1, 1],
    [['rules', 0], 2, 5],
    [['rules', 0, 'access'], 2, 5],
    [['rules', 0, 'roles', 1], 3, 16],
    [['rules', 1], 4, 5],
    [['rules', 1, 'access'], 4, 7],
    [['rules', 1, 'roles', 1], 4, 35],
    [['rules', 2, 0, 0], 5, 7],
    [['rules', 2, 1], 5, 13],
    [['rules', 0, 'gone'], 2, 5],
    [['gone'], 1, 1],
  ])('finds %j, or the deepest part of it that is there', (path, line, column) => {
    expect(yamlLocator(text)(path)).toEqual({ line, column });
  });
});
