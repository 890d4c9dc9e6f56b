/** Whether a signal stopped an operation because its time was up, as those of `AbortSignal.timeout()` do. */
export const hasTimedOut = (signal: AbortSignal | undefined): boolean => {
  const reason: unknown = signal?.aborted ? signal.reason : undefined;
  return reason instanceof Error && reason.name === 'TimeoutError';
};
