import type { CustomTypesConfig, types as pgTypes } from 'pg';

/** date, timestamp, timestamptz: a JavaScript Date would drop microseconds and move them to the local time zone. */
const timeTypes: ReadonlySet<number> = new Set([1082, 1114, 1184]);
/** The arrays of those. */
const timeArrayTypes: ReadonlySet<number> = new Set([1182, 1115, 1185]);
const textArrayType = 1009;

/**
 * The driver's readers, except that dates and times stay the text that Postgres wrote. As everywhere in the driver,
 * bigint and numeric are text too, and json is parsed. Given to one client: the driver's own table is shared by every
 * extension of the process and stays untouched.
 */
export function textTypes(types: typeof pgTypes): CustomTypesConfig {
  return {
    getTypeParser: (oid: number, format?: 'text' | 'binary') => {
      if (timeTypes.has(oid)) return (value: string) => value;
      return types.getTypeParser(timeArrayTypes.has(oid) ? textArrayType : oid, format) as unknown;
    },
  };
}

/** Every value as the text that Postgres wrote. */
export const everythingAsText = {
  getTypeParser: () => (value: string) => value,
} as CustomTypesConfig;
