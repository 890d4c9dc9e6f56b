/** The gate of the logo, open. */
export function OpenGate() {
  return (
    <svg viewBox="0 0 72 84" width="72" height="84" fill="none" strokeLinecap="round" aria-hidden="true">
      <path d="M6 78V36a30 30 0 0 1 60 0v42" stroke="var(--accent)" strokeWidth="4" />
      <path d="M16 78V36a20 20 0 0 1 40 0v42Z" fill="var(--accent-soft)" />
      <path d="M16 78V36a20 20 0 0 1 10-17.3V84Z" fill="var(--accent)" />
      <path d="M2 80h68" stroke="var(--accent)" strokeWidth="4" />
    </svg>
  );
}
