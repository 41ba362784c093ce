import { itemStatuses, type ItemStatus } from './itemStatus';

/** The parts of the private URI that gives a tree row its letter and colour. */
export interface ItemUriParts {
  readonly path: string;
  readonly query: string;
}

/** The node's id keeps the URIs of different rows apart; it is encoded, since slugs may start with a slash. */
export function toItemUri(id: string, status: ItemStatus): ItemUriParts {
  return { path: `/${encodeURIComponent(id)}`, query: status };
}

/** Undefined for anything that `toItemUri` did not make: any extension can ask for the decoration of any URI. */
export function statusOfItemUri({ query }: ItemUriParts): ItemStatus | undefined {
  return itemStatuses.find((known) => known === query);
}
