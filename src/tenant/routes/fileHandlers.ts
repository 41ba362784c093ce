import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';

import type { StagedFile } from '../../core/files/archive/stageArchive';
import { parseIfMatch } from '../files/preconditions';
import { limitedBody, readWhole } from '../files/limitedBody';
import { peekArchive } from '../files/peekArchive';
import type { ManifestFile } from '../files/peekArchive';
import { filterSnapshot, snapshotOf } from '../files/snapshot';
import type { Snapshot } from '../files/snapshot';
import { HttpProblem } from '../httpProblem';
import type { TenantContext } from '../tenantContext';
import { readJsonBody } from './readJsonBody';

/** Puts an answer into the form of the route's API: as it is, or below `data`. */
export type Wrap = (body: object) => object;

const query = z.object({
  filter: z.optional(z.string()),
  dry_run: z.optional(z.enum(['true', 'false'])),
});

const deletion = z.object({
  paths: z.array(z.string()).check(z.minLength(1), z.maxLength(10_000)),
  if_match: z.optional(z.string()),
  dry_run: z.optional(z.boolean()),
});

const maxDeletionBytes = 1024 * 1024;

/** `GET …/files/manifest` */
export async function sendManifest(
  request: FastifyRequest,
  reply: FastifyReply,
  context: TenantContext,
  wrap: Wrap,
): Promise<FastifyReply> {
  const { filter } = parseQuery(request, context);
  const snapshot = filterSnapshot(await context.files.snapshot(), filter);
  return sendSnapshot(snapshot, reply, context, wrap);
}

/** `GET …/files`: the archive, or with `dry_run` the manifest. */
export async function sendFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  context: TenantContext,
  wrap: Wrap,
): Promise<FastifyReply> {
  const { filter, dryRun } = parseQuery(request, context);
  if (dryRun) return sendManifest(request, reply, context, wrap);
  const archive = await context.files.archive(filter);
  return reply
    .type('application/gzip')
    .header('content-disposition', 'attachment; filename="files.tar.gz"')
    .header('content-length', archive.size)
    .send(archive.stream);
}

/** `POST …/files` */
export async function receiveFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  context: TenantContext,
  wrap: Wrap,
): Promise<FastifyReply> {
  const { settings, files } = context;
  const { behaviour } = settings;
  const { dryRun } = parseQuery(request, context);
  const body = limitedBody(request.raw, settings.maxBodyBytes, behaviour.frameworkErrors === 'text');
  const uploadedAt = (): string => new Date(settings.now()).toISOString();
  if (behaviour.upload === 'entryByEntry') {
    // The reference reads the whole body first, so that one over the limit writes nothing.
    const archive = inOnePiece(await readWhole(body));
    if (!dryRun) {
      const written = await files.uploadEntryByEntry(archive);
      return reply.send(wrap({ files_uploaded: written, uploaded_at: uploadedAt() }));
    }
    const manifest = uploadManifest(await peekArchive(archive), uploadedAt());
    return reply.send(wrap({ files_uploaded: 0, uploaded_at: uploadedAt(), manifest }));
  }
  const ifMatch = behaviour.extensions ? parseIfMatch(request.headers['if-match']) : undefined;
  const outcome = await files.upload(body, { ifMatch, dryRun });
  void reply.header('etag', `"${outcome.after.checksum}"`);
  return reply.send(
    wrap({
      files_uploaded: dryRun ? 0 : outcome.written.length,
      files_unchanged: outcome.unchanged.length,
      uploaded_at: uploadedAt(),
      checksum: outcome.after.checksum,
      ...(outcome.backup === undefined ? {} : { backup: outcome.backup }),
      ...(dryRun
        ? {
            manifest: uploadManifest(checksummed(outcome.offered), uploadedAt()),
            would_write: outcome.written,
          }
        : {}),
    }),
  );
}

/** `POST …/files/delete` with `{"paths":[…],"if_match"?,"dry_run"?}` */
export async function deleteFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  context: TenantContext,
  wrap: Wrap,
): Promise<FastifyReply> {
  const { settings } = context;
  const body = deletion.safeParse(await readJsonBody(request.raw, maxDeletionBytes));
  if (!body.success) {
    throw new HttpProblem('bad_request', 'The body must be {"paths":["…"],"if_match"?,"dry_run"?}.');
  }
  const header = request.headers['if-match'];
  const ifMatch = parseIfMatch(
    header ?? (body.data.if_match === undefined ? undefined : `"${body.data.if_match}"`),
  );
  const dryRun = body.data.dry_run ?? false;
  const outcome = await context.files.remove(body.data.paths, { ifMatch, dryRun });
  void reply.header('etag', `"${outcome.after.checksum}"`);
  return reply.send(
    wrap({
      files_deleted: dryRun ? 0 : outcome.deleted.length,
      deleted: outcome.deleted,
      missing: outcome.missing,
      deleted_at: new Date(settings.now()).toISOString(),
      checksum: outcome.after.checksum,
      ...(outcome.backup === undefined ? {} : { backup: outcome.backup }),
    }),
  );
}

const manifestBytes = new WeakMap<Snapshot, Buffer>();

function sendSnapshot(
  snapshot: Snapshot,
  reply: FastifyReply,
  context: TenantContext,
  wrap: Wrap,
): FastifyReply {
  const { extensions } = context.settings.behaviour;
  if (extensions) void reply.header('etag', `"${snapshot.checksum}"`);
  void reply.type('application/json; charset=utf-8');
  const manifest = manifestBytes.get(snapshot) ?? Buffer.from(JSON.stringify(manifestOf(snapshot, context)));
  manifestBytes.set(snapshot, manifest);
  // Wrapped or not, the bytes of the manifest are built once for all who ask while nothing changes.
  const wrapped = 'data' in wrap({});
  return reply.send(
    wrapped ? Buffer.concat([Buffer.from('{"data":'), manifest, Buffer.from('}')]) : manifest,
  );
}

function manifestOf(snapshot: Snapshot, { settings }: TenantContext): object {
  const files = snapshot.files.map(({ path, checksum, size }) => ({ path, checksum, size }));
  return {
    files,
    timestamp: snapshot.timestamp,
    checksum: snapshot.checksum,
    total_size: files.reduce((sum, file) => sum + file.size, 0),
    ...(settings.behaviour.extensions
      ? { directories: settings.directories, max_body_bytes: settings.maxBodyBytes }
      : {}),
  };
}

/** The manifest of an archive that is offered, as a dry run shows it. */
function uploadManifest(files: readonly ManifestFile[], timestamp: string): object {
  const { checksum } = snapshotOf(files, timestamp);
  return { files, timestamp, checksum, total_size: files.reduce((sum, file) => sum + file.size, 0) };
}

function checksummed(files: readonly StagedFile[]): readonly ManifestFile[] {
  return files.map(({ path, size, sha256 }) => ({ path, checksum: sha256, size }));
}

function parseQuery(
  request: FastifyRequest,
  { settings }: TenantContext,
): { filter: ReadonlySet<string> | undefined; dryRun: boolean } {
  const parsed = query.safeParse(request.query);
  if (!parsed.success) {
    const plainText = settings.behaviour.frameworkErrors === 'text';
    const message =
      'The query cannot be understood: filter is a list of directories, dry_run is true or false.';
    throw new HttpProblem('bad_request', message, { plainText });
  }
  const { filter, dry_run: dryRun } = parsed.data;
  // Unknown names are dropped, and a filter of only unknown names selects nothing (cloud.md 2.1).
  const names = filter?.split(',').map((name) => name.trim());
  return { filter: names === undefined ? undefined : new Set(names), dryRun: dryRun === 'true' };
}

async function* inOnePiece(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
