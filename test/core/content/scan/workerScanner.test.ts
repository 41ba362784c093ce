import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerScanner } from '../../../../src/core/content/scan/workerScanner';
import {
  groupSources,
  readContentConfig,
  type SourceGroup,
} from '../../../../src/core/content/config/contentConfig';
import { createGroupScanner } from '../../../../src/core/content/scan/groupScanner';
import { quietContext } from '../../../../src/core/ports';
import { openStateDirectory } from '../../../../src/core/state/stateDirectory';
import { builtFile } from '../../../support/builtFile';
import { createContentProject, page, type ContentProject } from '../../../support/contentProject';

let project: ContentProject | undefined;
let scanner: WorkerScanner | undefined;

async function start(
  files: Record<string, string>,
): Promise<{ scanner: WorkerScanner; group: SourceGroup; root: string }> {
  project = await createContentProject(files);
  scanner = new WorkerScanner(builtFile('scanWorker.js'), project.root);
  const groups = groupSources(await readContentConfig(project.project.servicesDir, project.root));
  const group = groups.find(({ name }) => name === 'docs');
  if (!group) throw new Error('no docs');
  return { scanner, group, root: project.root };
}

afterEach(async () => {
  await scanner?.dispose();
  await project?.dispose();
});

describe('the scanning thread', () => {
  it('finds what a scan in this thread finds, in parts and in order', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 2_300 }, (_, index) => [`docs/p${index}.md`, page({ slug: `p${index}` })]),
    );
    const { scanner: worker, group, root } = await start({ ...files, 'docs/broken.md': 'x' });
    const here = await createGroupScanner(openStateDirectory(root))(group, quietContext());
    expect(await worker.scan(group, quietContext())).toEqual(here);
    expect(await worker.scan(group, quietContext())).toEqual(here);
  });

  it('stops when it is cancelled, and scans again afterwards', async () => {
    const { scanner: worker, group } = await start({ 'docs/a.md': page({ slug: 'a' }) });
    const abort = new AbortController();
    const running = worker.scan(group, quietContext({ signal: abort.signal }));
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect((await worker.scan(group, quietContext())).items).toHaveLength(1);
  });

  it('says so when the thread cannot start', async () => {
    const { group, root } = await start({ 'docs/a.md': page({ slug: 'a' }) });
    const file = join(root, 'worker.mjs');
    await writeFile(file, 'throw new Error("no such luck");');
    const broken = new WorkerScanner(file, root);
    await expect(broken.scan(group, quietContext())).rejects.toMatchObject({
      code: 'internal',
      message: /no such luck/,
    });
    await rm(file);
  });
});
