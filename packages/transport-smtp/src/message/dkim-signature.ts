import { buffer } from 'node:stream/consumers';
import type { SmtpConfig } from '@postern/core';

/** Signs a message with nodemailer's DKIM and prepends the signature (RFC 6376). */
export async function signMessage(
  message: Uint8Array,
  key: NonNullable<SmtpConfig['dkim']>,
): Promise<Uint8Array> {
  // Loaded with the first signed email, because few configs sign.
  const { default: DKIM } = await import('nodemailer/lib/dkim');
  return buffer(new DKIM({ ...key }).sign(Buffer.from(message)));
}
