import type { BuildOptions, BuildResult, OutputFile } from 'esbuild';

export function startupInOneFile(
  built: BuildResult<{ write: false; metafile: true }>,
  entry: string,
  options: BuildOptions & { absWorkingDir: string },
): Promise<Pick<OutputFile, 'path' | 'text' | 'contents'>[]>;
