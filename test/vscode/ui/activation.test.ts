import { afterAll, describe, expect, it } from 'vitest';
import { createDemoWorkspace } from '../harness/demoWorkspace';
import type { DemoWorkspace } from '../harness/demoWorkspace';
import { useWorkbench } from '../harness/useWorkbench';

describe('in a window on the sample project', () => {
  let workspace: DemoWorkspace | undefined;
  const open = useWorkbench(async () => {
    workspace = await createDemoWorkspace();
    return { folder: workspace.directory };
  });
  afterAll(async () => workspace?.remove());

  it('shows its status bar item', async () => {
    await open().workbench.statusItem('systempromptSync.status').waitFor({ timeout: 60_000 });
    // While it compares it shows nothing but an icon that spins.
    const text = () => open().workbench.statusText('systempromptSync.status');
    await expect.poll(text, { timeout: 60_000 }).not.toBe('');
  });
});
