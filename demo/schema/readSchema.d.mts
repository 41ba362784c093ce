export type SchemaPart = 'content' | 'accessControl' | 'users' | 'jobs';
export type ServerGeneration = '0.12' | 'current';

/** See readSchema.mjs. */
export function readSchema(options?: {
  schema?: readonly SchemaPart[];
  generation?: ServerGeneration;
}): string;
