/** What no plain path goes beyond; it is ASCII. */
export const plainPathLimits = { maxPathBytes: 255, maxDepth: 32 } as const;

/** Names of letters, digits, `_` and `-`, with single dots between them; at most `maxDepth` of them. */
const plain = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\/){0,31}[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
/** Whatever could be reserved or secret, and much that is not. */
const suspicious =
  /(?:^|\/)(?:(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)|node_modules|id_)|secrets|\.(?:pem|key|p12|pfx|keystore|jks)$/i;

/**
 * True for the usual path, about which `neverSentReason` and `archivePathProblem` have nothing to say: asking them one by one
 * takes longer than looking at the file. False says nothing.
 */
export function isPlainPath(path: string): boolean {
  return path.length <= plainPathLimits.maxPathBytes && plain.test(path) && !suspicious.test(path);
}
