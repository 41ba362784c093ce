import type { Release } from '../../core/deploy/releases';
import { contextValues } from '../contributions';
import type { OperationRow, RowText } from '../operations/operationRow';
import { timeText } from '../timeText';
import type { Translate } from '../translate';
import type { DeployState } from './deployStore';

/** The head of *Releases*. Pure. */
export function releasesHead(t: Translate, { releases, problem }: DeployState): OperationRow {
  const text = (): RowText => {
    const label = t('Releases');
    const description = problem ?? (releases?.length === 0 ? t('none from here yet') : '');
    return { label, description, tooltip: [label, description], spoken: `${label}, ${description}` };
  };
  return { id: 'deploy:releases', icon: 'history', contextValue: contextValues.deployReleases, text };
}

/**
 * The kept releases, newest first. Pure.
 * @param now milliseconds since the epoch
 */
export function releaseRows(
  t: Translate,
  { releases = [], live }: DeployState,
  now: () => number,
): OperationRow[] {
  return releases.map((release) => ({
    id: `deploy:release:${release.at}:${release.tag}`,
    icon: iconOf(release, release === live),
    contextValue: contextValues.deployRelease,
    subject: release.tag,
    text: () => releaseText(t, release, { isLive: release === live, now: now() }),
  }));
}

/** When, how it ended, of which commit, by whom. Pure. */
export function releaseText(
  t: Translate,
  release: Release,
  { isLive, now }: { readonly isLive: boolean; readonly now: number },
): RowText {
  const { tag, at, image, digest, by } = release;
  const description = [
    ...(isLive ? [t('runs now')] : []),
    resultText(t, release.result),
    timeText(at, now),
    commitText(t, release),
    t('by {0}', by),
    ...(release.rollback ? [t('roll-back')] : []),
  ].join(' · ');
  return {
    label: tag,
    description,
    tooltip: [tag, description, image, ...(digest === null ? [] : [digest])],
    spoken: `${tag}, ${description}`,
  };
}

function commitText(t: Translate, { sha, dirty }: Release): string {
  if (sha === null) return t('commit unknown');
  return dirty ? t('commit {0} with changes', sha) : t('commit {0}', sha);
}

function resultText(t: Translate, result: Release['result']): string {
  switch (result) {
    case 'live':
      return t('live');
    case 'released':
      return t('released, not seen running');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('stopped');
  }
}

function iconOf({ result }: Release, isLive: boolean): string {
  if (isLive) return 'vm-running';
  if (result === 'failed') return 'error';
  return result === 'cancelled' ? 'circle-slash' : 'tag';
}
