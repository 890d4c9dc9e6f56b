import { createHmac, randomBytes } from 'node:crypto';

/** A random key of this process, so that a leaked fingerprint reveals nothing about the password in it. */
const KEY = randomBytes(32);

/** A fingerprint of data that does not reveal the data. */
export const fingerprint = (data: unknown): string =>
  createHmac('sha256', KEY)
    .update(JSON.stringify(data) ?? '')
    .digest('base64');
