/** What a plain (unquoted) YAML scalar means. */
export type PlainScalar = string | number | boolean | null;

const words: ReadonlyMap<string, PlainScalar> = new Map<string, PlainScalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
]);

const radixNumber = /^([-+]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/;
const decimalNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const leadingZero = /^[-+]?0\d+$/;

/**
 * The value of a plain scalar by the rules of the server's YAML library (data.md 0): `yes`, `2024-01-15`, `007` and
 * `1_000` are text; `0x1F`, `0o17`, `0b1`, `1.5` and `.inf` are numbers.
 */
export function plainScalar(text: string): PlainScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  return numeric ? number(text) : text;
}

function number(text: string): string | number {
  const [, sign, digits] = radixNumber.exec(text) ?? [];
  if (digits !== undefined) return (sign === '-' ? -1 : 1) * Number(digits);
  if (leadingZero.test(text) || !decimalNumber.test(text)) return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
