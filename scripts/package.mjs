/** `npm run package`: builds, writes systemprompt-sync.vsix and checks its content. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageExtension } from './package/packageExtension.mjs';
import { runTool } from './runTool.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'systemprompt-sync.vsix');

try {
  await runTool(process.execPath, ['esbuild.mjs'], { cwd: root });
  const { files, bytes } = await packageExtension(root, target);
  console.log(`${path.relative(root, target)}: ${files} files, ${Math.round(bytes / 1024)} kB`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
