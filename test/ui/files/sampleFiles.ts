import type { FileDifference, FilesDiff } from '../../../src/core/files/filesDiff';
import type { FilesComparison } from '../../../src/ui/files/filesComparison';

const file = (digest: string, size = 12) => ({ digest, size });
const here = (digest: string, size = 12) => ({ digest, size, executable: false });

/** A file in each way in which it can stand to its tenant. */
export const differences: readonly FileDifference[] = [
  { path: 'agents/new.md', origin: 'unknown', local: here('a') },
  {
    path: 'config/deep/only/site.yaml',
    origin: 'local',
    local: here('b', 2_400),
    remote: file('c'),
    base: 'c',
  },
  { path: 'skills/away-here.md', origin: 'local', remote: file('d'), base: 'd' },
  { path: 'skills/away-there.md', origin: 'remote', local: here('e'), base: 'e' },
  { path: 'skills/both.md', origin: 'both', local: here('f'), remote: file('g'), base: 'h' },
  { path: 'skills/gone-and-changed.md', origin: 'both', remote: file('i'), base: 'j' },
  { path: 'skills/strange.md', origin: 'unknown', local: here('k'), remote: file('l') },
  { path: 'skills/theirs.md', origin: 'remote', local: here('m'), remote: file('n'), base: 'm' },
  { path: 'skills/there.md', origin: 'unknown', remote: file('o') },
];

export function filesDiff(overrides: Partial<FilesDiff> = {}): FilesDiff {
  return {
    inSync: false,
    differences,
    adopt: [],
    forget: [],
    excluded: [
      {
        path: 'web/',
        kind: 'outside',
        reason: 'outside of the directories that the tenant names',
        side: 'local',
      },
      {
        path: 'config/secrets.json',
        kind: 'secret',
        reason: 'a secret: never leaves this machine',
        side: 'local',
      },
      { path: 'skills/locked.md', kind: 'unreadable', reason: 'it cannot be read (EACCES)', side: 'local' },
    ],
    unchanged: 7,
    localCount: 14,
    remoteCount: 14,
    twins: [],
    tenant: 'tenant:https://harbour.example.com#harbour',
    hasBase: true,
    remote: {
      checksum: 'x',
      conditional: true,
      directories: ['agents', 'config', 'skills'],
      maxBodyBytes: 2_000_000,
      deletions: true,
      source: 'manifest',
    },
    states: [],
    ...overrides,
  };
}

export function comparison(overrides: Partial<FilesComparison> = {}): FilesComparison {
  return {
    diff: filesDiff(),
    target: {
      kind: 'tenant',
      label: 'tenant Harbour on harbour.example.com',
      host: 'harbour.example.com',
      production: true,
    },
    states: [],
    ...overrides,
  };
}
