import { itemStatuses, type ItemStatus } from './itemStatus';

/** The parts of the private URI that gives a tree row its letter and colour. */
export interface ItemUriParts {
  readonly path: string;
  readonly query: string;
}

export interface ItemMark {
  readonly status: ItemStatus;
  /** The status in words, as the item's area says it. */
  readonly word: string;
}

/** The node's id keeps the URIs of different rows apart; it is encoded, since slugs may start with a slash. */
export function toItemUri(id: string, { status, word }: ItemMark): ItemUriParts {
  return { path: `/${encodeURIComponent(id)}`, query: `${status} ${word}` };
}

/** Undefined for anything that `toItemUri` did not make: any extension can ask for the decoration of any URI. */
export function markOfItemUri({ query }: ItemUriParts): ItemMark | undefined {
  const [name = '', ...words] = query.split(' ');
  const status = itemStatuses.find((known) => known === name);
  return status && { status, word: words.join(' ') };
}
