import { expect, it } from 'vitest';
import { deployFixture } from './deployFixture';

const path = '.systemprompt/profiles/prod/docker/Dockerfile';
const from = 'FROM scratch\nCOPY target/release/systemprompt /app/bin/\n';
const copy = (name: string) => `COPY target/release/${name} /app/bin/\n`;
const manifest = (name: string, more = '') =>
  `extension:\n  type: mcp\n  name: ${name}\n  binary: systemprompt-mcp-${name}\n${more}`;

const extensions = {
  'extensions/one/manifest.yaml': manifest('one'),
  'extensions/group/two/manifest.yaml': manifest('two'),
  'extensions/off/manifest.yaml': manifest('off', '  enabled: false\n'),
  'extensions/dev/manifest.yaml': manifest('dev'),
  'extensions/a/b/c/manifest.yaml': manifest('deep'),
  'extensions/blog/manifest.yaml': 'extension:\n  type: web\n  name: blog\n',
  'services/mcp/dev.yaml': 'mcp_servers:\n  dev:\n    binary: systemprompt-mcp-dev\n    dev_only: true\n',
};
const both = `${copy('systemprompt-mcp-one')}${copy('systemprompt-mcp-two')}`;

async function checked(dockerfile: string, files: Readonly<Record<string, string>> = extensions) {
  const { service } = await deployFixture({ files: { ...files, [path]: dockerfile } });
  const checks = await (await service()).preflight();
  return checks.find(({ id }) => id === 'dockerfile')!;
}

it.each([
  ['copies every program', from + both],
  ['copies them by a pattern', `${from}COPY target/release/systemprompt-* /app/bin/\n`],
  [
    'copies them in another way',
    `${from}RUN cp target/release/systemprompt-mcp-one target/release/systemprompt-mcp-two /app\n`,
  ],
])('a Dockerfile that %s is right', async (_name, text) => {
  expect(await checked(text)).toMatchObject({ state: 'ok' });
});

it('a Dockerfile that lacks programs is told the lines to add', async () => {
  const check = await checked(from);
  expect(check).toMatchObject({ state: 'failed', file: path });
  expect(check.message).toContain('systemprompt-mcp-one, systemprompt-mcp-two');
  expect(check.fix).toBe(
    `Add to ${path}: COPY target/release/systemprompt-mcp-one /app/bin/ ; COPY target/release/systemprompt-mcp-two /app/bin/`,
  );
});

it('a comment copies nothing', async () => {
  expect(await checked(`${from}# ${both.replaceAll('\n', '\n# ')}`)).toMatchObject({ state: 'failed' });
});

it('a Dockerfile that copies what nothing needs any more is told which lines to take out', async () => {
  const check = await checked(from + both + copy('systemprompt-mcp-dev') + copy('systemprompt-mcp-old'));
  expect(check.state).toBe('failed');
  expect(check.fix).toContain('Take the COPY lines of systemprompt-mcp-dev, systemprompt-mcp-old out');
});

it('says both of a Dockerfile with both', async () => {
  const { message } = await checked(from + copy('systemprompt-mcp-one') + copy('systemprompt-mcp-old'));
  expect(message).toContain('does not copy systemprompt-mcp-two.');
  expect(message).toContain('copies systemprompt-mcp-old, which no enabled MCP extension needs');
});

it('warns of a manifest that cannot be understood, as what it needs is not known', async () => {
  const files = { ...extensions, 'extensions/odd/manifest.yaml': 'extension: [' };
  const check = await checked(from + both, files);
  expect(check).toMatchObject({ state: 'warning', file: 'extensions/odd/manifest.yaml' });
});
