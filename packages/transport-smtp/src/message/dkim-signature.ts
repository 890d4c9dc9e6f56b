import { buffer } from 'node:stream/consumers';
import type { SmtpConfig } from '@postern/core';

/** Signs a message with nodemailer's DKIM, and returns it with the signature in front (RFC 6376). */
export async function signMessage(
  message: Uint8Array,
  key: NonNullable<SmtpConfig['dkim']>,
): Promise<Uint8Array> {
  // Few configs sign, so it is loaded with the first email that is signed.
  const { default: DKIM } = await import('nodemailer/lib/dkim');
  return buffer(new DKIM({ ...key }).sign(Buffer.from(message)));
}
