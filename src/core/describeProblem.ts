import type { ContentProblem } from './models/content';

/** `services/access-control/config.yaml:3:5: what is wrong`. */
export function describeProblem({
  path,
  line,
  column,
  message,
}: Pick<ContentProblem, 'path' | 'line' | 'column' | 'message'>): string {
  const place = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`;
  return path === null ? message : `${path}${place}: ${message}`;
}
