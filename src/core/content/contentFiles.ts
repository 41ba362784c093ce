import { join } from 'node:path';
import { regularFileReader } from '../disk/readRegularFile';
import type { DiskItem } from '../models/content';
import { SyncError } from '../syncError';
import { groupSources, type ContentConfig, type SourceGroup } from './config/contentConfig';
import type { ContentSource } from './config/contentSource';
import { decodedItem, maxFileBytes, parseUndecoded, type UndecodedItem } from './markdown/parseMarkdown';

/** What is no file at that place any more, a link included: the scan follows none either. */
const notThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'not a regular file']);

/** Source and project-relative path, as a plan names them. */
export interface FilePlace {
  readonly sourceId: string;
  readonly path?: string;
}

/** The markdown files behind a plan: they are read again when it is applied. */
export class ContentFiles {
  private readonly groups: ReadonlyMap<string, SourceGroup>;
  private readonly readFile = regularFileReader(maxFileBytes);

  constructor(
    config: ContentConfig,
    private readonly projectRoot: string,
  ) {
    this.groups = new Map(groupSources(config).map((group) => [group.sourceId, group]));
  }

  /**
   * The item that a file holds now. Synchronous, as the scan is: whoever reads many has to pause between them.
   * @returns undefined when the file is gone, is not valid any more, or belongs to no source
   * @throws SyncError `io` when it is there and cannot be read
   */
  read(place: FilePlace): DiskItem | undefined {
    const item = this.readUndecoded(place);
    return item && decodedItem(item);
  }

  /** The same; its body is valid until the next file is read. */
  readUndecoded(place: FilePlace): UndecodedItem | undefined {
    const bytes = place.path === undefined ? undefined : this.bytesOf(place.path);
    return bytes && this.parse(bytes, place);
  }

  /** The item that the bytes of a file hold; undefined as with `read`. Its body is a part of them. */
  parse(bytes: Uint8Array, { sourceId, path = '' }: FilePlace): UndecodedItem | undefined {
    for (const source of this.sourcesOf(sourceId, path)) {
      const parsed = parseUndecoded(bytes, path, source);
      if ('item' in parsed && !parsed.excluded) return parsed.item;
    }
    return undefined;
  }

  /**
   * The bytes of a project-relative path; undefined when there is no such regular file.
   * @throws SyncError `io` when it is there and cannot be read
   */
  readBytes(path: string): Buffer | undefined {
    const bytes = this.bytesOf(path);
    return bytes && Buffer.from(bytes);
  }

  /** Valid until the next file is read. */
  private bytesOf(path: string): Buffer | undefined {
    const read = this.readFile(join(this.projectRoot, path));
    if ('bytes' in read) return read.bytes;
    if (notThere.has(read.code)) return undefined;
    throw new SyncError('io', `${path} cannot be read (${read.code}).`, { details: { path } });
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
