import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskItem } from '../models/content';
import { errnoOf, messageOf, SyncError } from '../syncError';
import { groupSources, type ContentConfig, type SourceGroup } from './config/contentConfig';
import type { ContentSource } from './config/contentSource';
import { parseFile } from './markdown/parseMarkdown';

/** The markdown files behind a plan: they are read again when it is applied. */
export class ContentFiles {
  private readonly groups: ReadonlyMap<string, SourceGroup>;

  constructor(
    config: ContentConfig,
    private readonly projectRoot: string,
  ) {
    this.groups = new Map(groupSources(config).map((group) => [group.sourceId, group]));
  }

  /**
   * The item that a file holds now.
   * @param place source and project-relative path, as a plan names them
   * @returns undefined when the file is gone, is not valid any more, or belongs to no source
   * @throws SyncError `io` when it is there and cannot be read
   */
  async read(place: { readonly sourceId: string; readonly path?: string }): Promise<DiskItem | undefined> {
    const bytes = place.path === undefined ? undefined : await this.readBytes(place.path);
    if (bytes === undefined || place.path === undefined) return undefined;
    for (const source of this.sourcesOf(place.sourceId, place.path)) {
      const parsed = parseFile(bytes, place.path, source);
      if ('item' in parsed && !parsed.excluded) return parsed.item;
    }
    return undefined;
  }

  /** The bytes of a project-relative path; undefined when there is no such file. */
  async readBytes(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.projectRoot, path));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
      throw new SyncError('io', `${path} cannot be read: ${messageOf(error)}`, {
        details: { path },
        cause: error,
      });
    }
  }

  /** The members of a source that a file may belong to: sources can share a `source_id`, and even a directory. */
  sourcesOf(sourceId: string, path: string): readonly ContentSource[] {
    const members = this.groups.get(sourceId)?.members ?? [];
    return members.filter((member) => path.startsWith(`${member.path}/`));
  }

  /** Where new files of a source go: its first member that takes the kind. */
  sourceForNew(sourceId: string, kind: string): ContentSource | undefined {
    const members = this.groups.get(sourceId)?.members ?? [];
    return members.find(({ allowedKinds }) => allowedKinds === undefined || allowedKinds.includes(kind));
  }
}
