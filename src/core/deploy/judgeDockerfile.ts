export interface DockerfileVerdict {
  /** Programs that no line copies. */
  readonly missing: readonly string[];
  /** Programs that are copied and that nothing needs any more. */
  readonly stale: readonly string[];
}

/**
 * Whether a Dockerfile copies the programs of the MCP extensions (cloud.md 4.5). A wildcard copies them all.
 * @param production names of the programs that the image needs
 */
export function judgeDockerfile(text: string, production: readonly string[]): DockerfileVerdict {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('#'));
  if (lines.some((line) => line.includes('target/release/systemprompt-*'))) return { missing: [], stale: [] };
  const mentioned = new Set(
    lines.flatMap((line) => [...line.matchAll(/target\/release\/([\w.-]+)/g)].map(([, name]) => name)),
  );
  const copied = lines.flatMap(
    (line) => /^COPY\s+(?:--\S+\s+)*target\/release\/(systemprompt-[\w.-]+)/i.exec(line)?.[1] ?? [],
  );
  return {
    missing: production.filter((name) => !mentioned.has(name)),
    stale: [...new Set(copied)].filter((name) => !production.includes(name)).sort(),
  };
}

/** The lines that a Dockerfile lacks. */
export function linesToAdd({ missing }: DockerfileVerdict): string[] {
  return missing.map((name) => `COPY target/release/${name} /app/bin/`);
}
