/**
 * A moment as people of this machine write it: the time alone when it is today, seconds only where there are any.
 *
 * @param now milliseconds since the epoch
 */
export function timeText(iso: string, now: number): string {
  const time = new Date(iso);
  const seconds = time.getSeconds() === 0 ? undefined : '2-digit';
  const clock = { hour: '2-digit', minute: '2-digit', second: seconds } as const;
  if (time.toDateString() === new Date(now).toDateString()) return time.toLocaleTimeString([], clock);
  return time.toLocaleString([], { year: 'numeric', month: 'short', day: 'numeric', ...clock });
}

/** `340 ms`, `12.4 s`, `3 min 20 s`: units that every language of the editor writes alike. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
