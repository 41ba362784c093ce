import { contentKeyText, type ContentKey } from '../models/content';
import type { BaseState } from '../state/baseStore';
import { SyncError } from '../syncError';
import type { SourceGroup } from './config/contentConfig';
import type { ContentSource } from './config/contentSource';
import { placementHabits, placeNewFile, type PlacementHabits } from './placement';
import type { SourceScan } from './scan/sourceScan';

/**
 * Where the files of a source's rows would go that have none: where the file was when it was last synced, else where
 * the source's other files say. Every place is given away once.
 */
export class NewFilePlaces {
  private givenAway: Set<string> | undefined;
  private readonly invalid: Set<string>;
  private readonly habits = new Map<ContentSource, PlacementHabits>();

  constructor(
    private readonly group: SourceGroup,
    private readonly scan: SourceScan,
    private readonly base: BaseState | undefined,
  ) {
    this.invalid = new Set(scan.invalid.map(({ path }) => path));
  }

  /**
   * @returns the project-relative path, or the reason why there is none, as the end of a sentence
   */
  placeFor(key: ContentKey, kind: string): { readonly path: string } | { readonly reason: string } {
    const { members } = this.group;
    const source = members.find(
      ({ allowedKinds }) => allowedKinds === undefined || allowedKinds.includes(kind),
    );
    if (!source) return { reason: `its kind "${kind}" is not allowed in this source` };
    try {
      const path = this.formerPath(key, source) ?? this.usualPath(key, source);
      this.taken.add(path);
      return { path };
    } catch (error) {
      if (SyncError.is(error, 'invalidInput')) return { reason: error.message };
      throw error;
    }
  }

  /** Most comparisons have no place to give, and fifty thousand files to look at. */
  private get taken(): Set<string> {
    const { items, excluded } = this.scan;
    return (this.givenAway ??= new Set([...items, ...excluded].map(({ path }) => path)));
  }

  private formerPath(key: ContentKey, source: ContentSource): string | undefined {
    const path = this.base?.get(contentKeyText(key))?.path;
    return path?.startsWith(`${source.path}/`) && !this.isTaken(path) ? path : undefined;
  }

  private usualPath({ slug, locale }: ContentKey, source: ContentSource): string {
    const habits = this.habits.get(source) ?? placementHabits(source, this.scan.items);
    this.habits.set(source, habits);
    return placeNewFile({ slug, locale, source, habits, taken: (path) => this.isTaken(path) });
  }

  /** A file that cannot be read may well be the one that is looked for: nothing is put beside it (data.md C-4). */
  private isTaken(path: string): boolean {
    if (!this.invalid.has(path)) return this.taken.has(path);
    throw new SyncError('invalidInput', `${path} is at its place and cannot be read`);
  }
}
