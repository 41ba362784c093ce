/**
 * Why a slug cannot be used, or undefined when it can (data.md 1.4): "" is a slug; outer slashes are allowed and kept;
 * every segment between slashes is `[a-z0-9-]+`.
 */
export function slugFault(slug: string): string | undefined {
  if (slug === '') return undefined;
  if (slug.includes('//')) return 'has two slashes in a row';
  const segments = slug.split('/');
  if (segments[0] === '') segments.shift();
  if (segments.at(-1) === '') segments.pop();
  if (segments.length === 0) return 'is only a slash';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'climbs out of its directory';
  if (segments.every((segment) => /^[a-z0-9-]+$/.test(segment))) return undefined;
  return 'may hold only a-z, 0-9 and - between its slashes';
}

/** The reference's LocaleCode (data.md 1.1): `en`, `pt-BR`; 35 characters at most, no folding of case. */
export function isLocale(locale: string): boolean {
  return locale.length <= 35 && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(locale);
}

/** Why a text is no `YYYY-MM-DD` day that file and database can hold, or undefined when it is one. */
export function dateFault(date: string): 'format' | 'calendar' | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return 'format';
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8))];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && day >= 1 && day <= days ? undefined : 'calendar';
}

/** Why Postgres cannot hold a text, or undefined when it can. */
export function textFault(text: string): 'nul' | 'unpairedSurrogate' | undefined {
  if (text.includes('\0')) return 'nul';
  return text.isWellFormed() ? undefined : 'unpairedSurrogate';
}
