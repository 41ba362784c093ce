import type { Translate } from '../../src/ui/translate';

/** The texts as they stand in the code, with their arguments filled in: what the editor does for English. */
export const inEnglish: Translate = (text, ...values) =>
  text.replace(/\{(\d+)\}/g, (placeholder, index) => String(values[Number(index)] ?? placeholder));
