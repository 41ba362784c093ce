import type { RunContext } from '../ports';
import type { SyncConfig } from '../syncConfig';
import { SyncError } from '../syncError';
import * as models from './apiModels';
import { callApi, type ApiRequest, type ApiSession } from './callApi';
import { askCapabilities, type Capabilities } from './capabilities';
import { downloadArchive } from './downloadArchive';
import type { ApiOperation } from './endpoints';
import { changeOnce, type ExpectedFile, type Landed } from './landing';
import { readManifest } from './readManifest';
import { readJson, requireSuccess, type JsonExpectation } from './response';
import { defaultRetryConfig, systemRetryClock, type RetryClock, type RetryConfig } from './retry';
import type { ExchangeClient } from './tokenExchange';
import {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
  type RequestBody,
} from './transport';

export interface SyncApiClientOptions {
  /** OAuth client of the token exchange; `sp_web` when absent. */
  readonly client?: ExchangeClient;
  readonly retry?: Partial<RetryConfig>;
  readonly http?: HttpTransportOptions;
  readonly clock?: RetryClock;
}

export interface UploadOptions {
  /** Checksum of the manifest that the upload was planned from; the server refuses when it has moved (`conflict`). */
  readonly ifMatch?: string | undefined;
  /** What the upload makes of each of its files: what proves afterwards whether it landed. */
  readonly expectation: readonly ExpectedFile[];
}

export interface UploadOutcome {
  /** As the server counted them; the number of expected files when its reply was lost. */
  readonly filesUploaded: number;
  readonly provedBy: 'reply' | 'manifest';
}

const jsonLimitBytes = 1024 * 1024;

/**
 * The tenant API (cloud.md 1.3), directly at the tenant or relayed by the control plane. Every answer is checked; every
 * refusal is a SyncError with what to do next. Holds its connections and tokens privately: close it when done.
 */
export class SyncApiClient {
  readonly #session: ApiSession;
  readonly #transport: HttpTransport;

  constructor(config: SyncConfig, options: SyncApiClientOptions = {}) {
    this.#transport = createHttpTransport(options.http);
    this.#session = {
      target: { tenantId: config.tenantId, apiUrl: config.apiUrl, origin: config.origin },
      operatorToken: config.apiToken,
      client: options.client ?? {},
      transport: this.#transport,
      retry: { ...defaultRetryConfig, ...options.retry },
      clock: options.clock ?? systemRetryClock,
      tokens: new Map(),
      prefix: 'flat',
    };
  }

  /**
   * What the tenant holds; where a relay gives no manifest, from its archive (`source` says which).
   *
   * @param filter directory names; undefined for all
   */
  manifest(context: RunContext, filter?: readonly string[]): Promise<models.FileManifest> {
    return readManifest(this.#session, context, filter);
  }

  /** What this server can do, and sentences for what it cannot. */
  capabilities(context: RunContext): Promise<Capabilities> {
    return askCapabilities(this.#session, context);
  }

  /**
   * Downloads the archive (gzip'd tar) and hands its bytes to `consume` as they arrive.
   *
   * @param consume called again from the start when the connection breaks on the way: it must not keep anything of an
   * earlier call, and must not act on the archive before it has seen its end
   * @throws SyncError of the connection when it broke, whatever `consume` made of that; else what `consume` throws
   */
  downloadFiles<T>(
    context: RunContext,
    consume: (archive: AsyncIterable<Uint8Array>) => Promise<T>,
    filter?: readonly string[],
  ): Promise<T> {
    return downloadArchive(this.#session, context, consume, filter);
  }

  /**
   * Uploads an archive (gzip'd tar) so that it takes effect at most once: it is sent again only when the manifest shows
   * that it did not land.
   *
   * @throws SyncError `unsupported` where pushes are not taken, `conflict` where the tenant moved; where the request was
   * sent, `details.outcome` says `nothing`, `partly` (with `details.landed`) or `unknown`
   */
  async uploadFiles(
    context: RunContext,
    archive: RequestBody,
    options: UploadOptions,
  ): Promise<UploadOutcome> {
    const { ifMatch, expectation } = options;
    const landed = await changeOnce(this.#session, context, expectation, {
      operation: { name: 'uploadFiles' },
      headers: {
        'content-type': 'application/octet-stream',
        accept: 'application/json',
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      },
      body: archive,
      read: this.#reading({ schema: models.uploadSchema, limitBytes: jsonLimitBytes }, context),
    });
    return { filesUploaded: landed.reply?.files_uploaded ?? expectation.length, provedBy: landed.provedBy };
  }

  /**
   * Deletes the named files, all or none; only a tenant endpoint can (see {@link Capabilities.deletions}).
   *
   * @returns how many files the server deleted
   */
  async deleteFiles(
    context: RunContext,
    paths: readonly string[],
    options: { readonly ifMatch?: string } = {},
  ): Promise<number> {
    const expectation = paths.map((path) => ({ path, checksum: null }));
    const landed: Landed<{ files_deleted: number }> = await changeOnce(this.#session, context, expectation, {
      operation: { name: 'deleteFiles' },
      ...jsonBody({ paths, ...(options.ifMatch === undefined ? {} : { if_match: options.ifMatch }) }),
      read: this.#reading({ schema: models.deletionSchema, limitBytes: jsonLimitBytes }, context),
    });
    return landed.reply?.files_deleted ?? paths.length;
  }

  /** Where images of this tenant are pushed to, with the password for it. Always relayed. */
  async registryToken(context: RunContext): Promise<models.RegistryToken> {
    const answer = await this.#get({ name: 'registryToken' }, models.registryTokenSchema, context);
    return { ...answer, repository: answer.repository ?? undefined, tag: answer.tag ?? undefined };
  }

  /**
   * Asks for the image to be deployed. Repeated only where the request cannot have begun (no connection, 429): two
   * deployments are not one.
   */
  async deploy(context: RunContext, image: string): Promise<models.DeployAnswer> {
    const answer = await callApi(this.#session, context, {
      operation: { name: 'deploy' },
      ...jsonBody({ image }),
      isRetriable: hasNotBegun,
      read: this.#reading({ schema: models.deploySchema, limitBytes: jsonLimitBytes }, context),
    });
    return { status: answer.status, appUrl: answer.app_url ?? undefined };
  }

  /**
   * Sets environment secrets of the tenant; those that are not named stay. Setting them twice is setting them once.
   * @returns the names that were sent (cloud.md 3.7); values are in no message and no log
   */
  async setSecrets(context: RunContext, secrets: ReadonlyMap<string, string>): Promise<readonly string[]> {
    await callApi(this.#session, context, {
      operation: { name: 'setSecrets' },
      ...jsonBody({ secrets: Object.fromEntries(secrets) }),
      read: (response, call) =>
        requireSuccess(response, { ...call, secrets: [...call.secrets, ...secrets.values()] }, context.now()),
    });
    return [...secrets.keys()];
  }

  /** Name of the tenant's app. @throws SyncError `tenantNoApp` when it has none (cloud.md 1.3) */
  async tenantApp(context: RunContext): Promise<string> {
    const { fly_app_name: app } = await this.#get({ name: 'tenantApp' }, models.tenantAppSchema, context);
    if (app) return app;
    throw new SyncError('tenantNoApp', `Tenant ${this.#session.target.tenantId} has no app to deploy to.`, {
      hint: 'Provision the tenant first, or choose another one.',
    });
  }

  /** Address of the tenant's database: a secret. @throws SyncError `missingConfig` when the account gives none */
  async databaseUrl(context: RunContext): Promise<string> {
    const { database_url: url } = await this.#get({ name: 'databaseUrl' }, models.databaseUrlSchema, context);
    if (url) return url;
    throw new SyncError(
      'missingConfig',
      `The account gives no database address for tenant ${this.#session.target.tenantId}.`,
      {
        hint: 'Switch external database access on for the tenant, or give the address yourself (--cloud-database-url).',
      },
    );
  }

  async tenantStatus(context: RunContext): Promise<models.TenantStatus> {
    const answer = await this.#get({ name: 'tenantStatus' }, models.tenantStatusSchema, context);
    return {
      status: answer.status,
      message: answer.message ?? undefined,
      appUrl: answer.app_url ?? undefined,
    };
  }

  /** Closes connections, open requests included. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #get<T>(operation: ApiOperation, schema: JsonExpectation<T>['schema'], context: RunContext): Promise<T> {
    return callApi(this.#session, context, {
      operation,
      headers: { accept: 'application/json' },
      read: this.#reading({ schema, limitBytes: jsonLimitBytes }, context),
    });
  }

  #reading<T>(expected: JsonExpectation<T>, context: RunContext): ApiRequest<T>['read'] {
    return (response, call, { envelope }) =>
      readJson(response, call, context.now(), { ...expected, envelope });
  }
}

function jsonBody(value: unknown): { headers: Record<string, string>; body: RequestBody } {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return {
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: { sizeBytes: bytes.byteLength, open: () => [bytes] },
  };
}

function hasNotBegun(error: unknown): boolean {
  if (!SyncError.is(error)) return false;
  return error.details?.['phase'] === 'connect' || error.details?.['status'] === 429;
}
