import * as z from 'zod/mini';

/** The answers of the tenant API (cloud.md 1.3, 2.1, 3.7) as they arrive. Unknown keys are ignored. */

const count = z.int().check(z.minimum(0));
const optionalText = z.optional(z.nullable(z.string()));

const maxPathLength = 4_096;

/** What is wrong with a file of a manifest. Whether its path may be written is judged by the file rules, not here. */
function manifestFileFault(file: unknown): 'path' | 'checksum' | 'size' | undefined {
  const { path, checksum, size } = (file ?? {}) as { readonly [Key in keyof ManifestFile]?: unknown };
  const isPath = typeof path === 'string' && path !== '' && path.length <= maxPathLength;
  if (!isPath || path.includes('\0')) return 'path';
  if (typeof checksum !== 'string' || !/^[0-9a-f]{64}$/.test(checksum)) return 'checksum';
  return Number.isSafeInteger(size) && (size as number) >= 0 ? undefined : 'size';
}

/** In one pass that copies nothing: of fifty thousand files, a schema of objects costs tens of megabytes. */
const manifestFiles = z.custom<readonly ManifestFile[]>(Array.isArray).check(({ value, issues }) => {
  for (const [index, file] of value.entries()) {
    const fault = manifestFileFault(file);
    if (fault === undefined) continue;
    issues.push({ code: 'custom', input: file, path: [index, fault], message: 'Invalid file' });
    return;
  }
});

export const manifestSchema = z.object({
  files: manifestFiles,
  timestamp: z.string(),
  checksum: z.string().check(z.regex(/^[0-9a-f]{1,128}$/)),
  total_size: z.optional(count),
  directories: z.optional(z.array(z.string())),
  max_body_bytes: z.optional(count),
});

export const uploadSchema = z.object({ files_uploaded: count, uploaded_at: z.optional(z.string()) });
export const deletionSchema = z.object({ files_deleted: count });
export const registryTokenSchema = z.object({
  registry: z.string().check(z.minLength(1)),
  username: z.string(),
  token: z.string().check(z.minLength(1)),
  repository: optionalText,
  tag: optionalText,
});
export const deploySchema = z.object({ status: z.string(), app_url: optionalText });
export const tenantAppSchema = z.object({ fly_app_name: optionalText });
export const databaseUrlSchema = z.object({ database_url: optionalText });
export const tenantStatusSchema = z.object({
  status: z.string(),
  message: optionalText,
  app_url: optionalText,
});
export const tokenSchema = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  expires_in: z.optional(z.number().check(z.positive())),
});

export interface ManifestFile {
  /** Relative to the services directory, with `/`. */
  readonly path: string;
  /** SHA-256 of the content, lower-case hex. */
  readonly checksum: string;
  readonly size: number;
}

export interface FileManifest {
  readonly files: readonly ManifestFile[];
  /** What an upload can be tied to (`If-Match`). Servers up to 0.33 compute it over files in no fixed order. */
  readonly checksum: string;
  readonly timestamp: string;
  /** The directories the server takes part with; undefined when it does not say (every server before the tenant endpoint). */
  readonly directories: readonly string[] | undefined;
  /** Largest upload body; undefined when the server does not say. */
  readonly maxBodyBytes: number | undefined;
  /** True when the server names the checksum as its ETag: it then judges `If-Match`. */
  readonly conditional: boolean;
  /** `archive`: the server gives no manifest, and everything was downloaded to make this one. */
  readonly source: 'manifest' | 'archive';
}

export interface RegistryToken {
  readonly registry: string;
  readonly username: string;
  /** A password: for the standard input of `docker login`, never for a log. */
  readonly token: string;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
}

export interface DeployAnswer {
  readonly status: string;
  readonly appUrl: string | undefined;
}

export interface TenantStatus {
  readonly status: string;
  readonly message: string | undefined;
  readonly appUrl: string | undefined;
}
