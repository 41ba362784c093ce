import type { RegistryToken } from '../api/apiModels';
import { SyncError } from '../syncError';

const registryHost = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const repositoryPath = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** Where the images of a tenant lie: all of it from a server, so all of it is checked before a program is given it. */
export interface ImageRepository {
  /** `registry.fly.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** The app's name, or what the registry answer names instead. */
  readonly repository: string;
  readonly username: string;
}

/**
 * @param app name of the tenant's app, for an answer that names no repository
 * @throws SyncError `apiError` when the answer holds something that is no registry, no repository or no user name
 */
export function imageRepository(
  answer: Pick<RegistryToken, 'registry' | 'username' | 'repository'>,
  app: string,
): ImageRepository {
  const registry = answer.registry.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const repository = answer.repository ?? app;
  if (!registryHost.test(registry)) throw unusable('registry');
  if (!repositoryPath.test(repository)) throw unusable('repository');
  if (!/^[\x21-\x7e]{1,255}$/.test(answer.username)) throw unusable('user name');
  return { registry, repository, username: answer.username };
}

/** `registry/app:tag`. */
export function imageReference({ registry, repository }: ImageRepository, tag: string): string {
  return `${registry}/${repository}:${tag}`;
}

function unusable(what: string): SyncError {
  return new SyncError(
    'apiError',
    `The control plane names a ${what} that cannot be part of an image name.`,
    {
      hint: 'Check the tenant and the address of the control plane.',
    },
  );
}
