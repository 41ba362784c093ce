/** A markdown file taken apart; `text.slice` with the offsets gives back every character of it. */
export interface Frontmatter {
  /** Between the fences, with the last line's end; starts on line 2. */
  readonly yaml: string;
  readonly yamlStart: number;
  /** Everything after the closing fence's line, untrimmed. */
  readonly body: string;
  readonly bodyStart: number;
  /** Of the opening fence's line. */
  readonly eol: '\n' | '\r\n';
  readonly bom: boolean;
}

/** The line on which the YAML starts: a fence is always the file's first line. */
export const frontmatterLine = 2;

export interface FrontmatterFault {
  /** `missing`: the file does not start with a fence; `unclosed`: no line after it is one. */
  readonly fault: 'missing' | 'unclosed';
}

/**
 * Splits a file at its fences. A fence is a whole line `---` (blanks may follow); the first must be the file's first
 * line, after an optional byte order mark (data.md C-9). Later `---` lines belong to the body.
 */
export function splitFrontmatter(text: string): Frontmatter | FrontmatterFault {
  const bom = text.charCodeAt(0) === 0xfeff;
  const fenceStart = bom ? 1 : 0;
  const yamlStart = afterFence(text, fenceStart);
  if (yamlStart === undefined || text.charCodeAt(yamlStart - 1) !== 0x0a) {
    return { fault: yamlStart === undefined ? 'missing' : 'unclosed' };
  }
  const eol = text.charCodeAt(yamlStart - 2) === 0x0d ? '\r\n' : '\n';
  for (let close = yamlStart; close !== -1; close = nextFenceLine(text, close)) {
    const bodyStart = afterFence(text, close);
    if (bodyStart === undefined) continue;
    return {
      yaml: text.slice(yamlStart, close),
      yamlStart,
      body: text.slice(bodyStart),
      bodyStart,
      eol,
      bom,
    };
  }
  return { fault: 'unclosed' };
}

/** The offset after the fence's line, or undefined when no fence stands at the offset. */
function afterFence(text: string, at: number): number | undefined {
  if (!text.startsWith('---', at)) return undefined;
  let end = at + 3;
  while (text[end] === ' ' || text[end] === '\t') end += 1;
  if (text[end] === '\r' && text[end + 1] === '\n') return end + 2;
  if (text[end] === '\n') return end + 1;
  return end === text.length ? end : undefined;
}

function nextFenceLine(text: string, from: number): number {
  const lineEnd = text.indexOf('\n---', from);
  return lineEnd === -1 ? -1 : lineEnd + 1;
}

/**
 * The offset, in bytes, after the line of the closing fence; the bytes' length when there is none. The bytes before it
 * split exactly as the whole text does.
 */
export function frontmatterEnd(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (
    let at = buffer.indexOf('\n---', 3, 'latin1');
    at !== -1;
    at = buffer.indexOf('\n---', at + 1, 'latin1')
  ) {
    let end = at + 4;
    while (buffer[end] === 0x20 || buffer[end] === 0x09) end += 1;
    if (buffer[end] === 0x0d && buffer[end + 1] === 0x0a) return end + 2;
    if (buffer[end] === 0x0a) return end + 1;
  }
  return buffer.length;
}
