import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openWorkbench } from './openWorkbench';
import type { OpenWorkbench, WorkbenchOptions } from './openWorkbench';

const results = path.resolve(import.meta.dirname, '../../../test-results');

/**
 * One VS Code for the tests of a file: opened before the first, closed after the last. When a test fails, its
 * screenshot and the logs are saved below test-results/.
 *
 * @param prepare runs first, and says what to open: a folder laid out for this file, settings, environment
 * @returns a function that gives the open workbench inside a test
 */
export function useWorkbench(prepare: () => Promise<WorkbenchOptions>): () => OpenWorkbench {
  let open: OpenWorkbench | undefined;
  const current = (): OpenWorkbench => {
    if (open === undefined) throw new Error('The workbench is not open: ask for it inside a test.');
    return open;
  };
  beforeAll(async () => {
    open = await openWorkbench(await prepare());
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await saveEvidence(current(), task.name);
  });
  afterAll(async () => {
    await open?.close();
  });
  return current;
}

async function saveEvidence(open: OpenWorkbench, title: string): Promise<void> {
  const base = path.join(results, title.replace(/[^\w-]+/g, '-').slice(0, 80));
  await mkdir(results, { recursive: true });
  await open.workbench.screenshot(`${base}.png`);
  const parts = {
    'server output': open.server.output(),
    'extension log': await open.extensionLog(),
    'page console': open.consoleLines().join('\n'),
  };
  const text = Object.entries(parts).map(([name, content]) => `==== ${name}\n${content}\n`);
  await writeFile(`${base}.log`, text.join('\n'));
}
