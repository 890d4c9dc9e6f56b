import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { onTestFinished } from 'vitest';

/** Starts a mail server until the end of the test. */
export async function startTrap(): Promise<SmtpTrap & { url: string }> {
  const trap = await startSmtpTrap({ tls: 'none' });
  onTestFinished(() => trap.close());
  return Object.assign(trap, { url: `smtp://${trap.host}:${trap.port}` });
}
