import { describe, expect, it } from 'vitest';
import type { FileManifest } from '../../../src/core/api/apiModels';
import { remoteTree } from '../../../src/core/files/remoteTree';

function judge(...paths: readonly string[]) {
  const manifest: FileManifest = {
    files: paths.map((path, index) => ({ path, checksum: `digest of ${index}`, size: index })),
    checksum: 'all',
    timestamp: '',
    maxBodyBytes: undefined,
    conditional: true,
    directories: ['content', 'skills'],
    source: 'manifest',
  };
  const { files, excluded } = remoteTree(manifest, (path) => path.endsWith('.tmp'));
  return {
    files: files.list.map(({ path, digest }) => `${path}: ${digest}`),
    excluded: excluded.map(({ path, kind }) => `${kind} ${path}`),
  };
}

describe('judging a manifest', () => {
  it('takes what its directories hold, and says why it leaves the rest', () => {
    expect(
      judge(
        'content/a.md',
        'content/b.tmp',
        'content/secrets/key.pem',
        'content/../x',
        'web/a',
        '/etc/passwd',
        'skills/a.md',
      ),
    ).toEqual({
      files: ['content/a.md: digest of 0', 'skills/a.md: digest of 6'],
      excluded: [
        'ignored content/b.tmp',
        'secret content/secrets/key.pem',
        'name content/../x',
        'outside web/a',
        'outside /etc/passwd',
      ],
    });
  });

  it.each([
    ['next to each other', ['content/a', 'content/a', 'content/b']],
    ['in order, and again', ['content/a', 'content/b', 'content/c', 'content/a', 'content/d']],
    ['out of order', ['content/c', 'content/a', 'content/b', 'content/a']],
    ['out of order, the greatest last', ['content/b', 'content/a', 'content/z', 'content/z', 'content/a']],
  ])('takes a path that is named twice only once: %s', (_, paths) => {
    const { files, excluded } = judge(...paths);
    const first = [...new Set(paths)].map((path) => `${path}: digest of ${paths.indexOf(path)}`);
    expect(files).toEqual(first);
    expect(excluded).toHaveLength(paths.length - first.length);
    expect(new Set(excluded.map((line) => line.split(' ')[0]))).toEqual(new Set(['name']));
  });
});
