const stepBytes = 512 * 1024;

/**
 * Passes a stream on, and says how many bytes of it have gone by: now and then, and at its end.
 *
 * @param tell is given the bytes so far
 */
export async function* countBytes(
  source: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let passed = 0;
  let told = 0;
  for await (const chunk of source) {
    // First: who takes it may give its memory away.
    passed += chunk.byteLength;
    yield chunk;
    if (passed - told < stepBytes) continue;
    tell(passed);
    told = passed;
  }
  if (passed > told) tell(passed);
}
