import type { OperationGroup } from '../operations/operationGroup';
import type { Services } from '../services';
import { checkRows, readyHead } from './checkRows';
import { readReleases } from './readReleases';
import { releaseRows, releasesHead } from './releaseRows';

/** *Ready to deploy?*: what the preflight found when it was asked for last. Never asked unasked: it costs time. */
export function readyGroup({ t, deploys }: Services): OperationGroup {
  return {
    head: () => (deploys.state.on ? readyHead(t, deploys.state) : undefined),
    rows: () => checkRows(t, deploys.state.checks),
    onDidChange: deploys.onDidChange,
    opened: () => {},
  };
}

/** *Releases*: read from the disk as soon as somebody looks, which is when the view asks for the rows. */
export function releasesGroup(services: Services): OperationGroup {
  const { t, deploys, quietContext } = services;
  let reading = false;
  const read = () => {
    if (reading || !deploys.state.on) return;
    reading = true;
    void readReleases(services).finally(() => (reading = false));
  };
  return {
    head: () => (deploys.state.on ? releasesHead(t, deploys.state) : undefined),
    rows: () => {
      const { releases, problem } = deploys.state;
      if (releases === undefined && problem === undefined) read();
      return releaseRows(t, deploys.state, quietContext().now);
    },
    onDidChange: deploys.onDidChange,
    opened: read,
  };
}
