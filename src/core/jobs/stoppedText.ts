/** The first error of a run that somebody stopped on purpose: the row has no status of its own for it. */
export const stoppedText = 'It was stopped.';
