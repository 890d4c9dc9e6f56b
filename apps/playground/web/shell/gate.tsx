/** The logo: a small gate. */
export function Gate() {
  return (
    <svg viewBox="0 0 24 28" width="24" height="28" fill="none" strokeLinecap="round" aria-hidden="true">
      <path d="M2 26V12a10 10 0 0 1 20 0v14" stroke="currentColor" strokeWidth="2.5" />
      <path d="M7.5 26V12.5a4.5 4.5 0 0 1 9 0V26Z" fill="var(--accent)" />
    </svg>
  );
}
