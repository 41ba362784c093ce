import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of a file of the build: programs and threads are started from files. */
export function builtFile(name: string): string {
  const file = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
  if (!existsSync(file))
    throw new Error(`dist/${name} is missing: run \`npm run build\` first (\`npm test\` does).`);
  return file;
}
