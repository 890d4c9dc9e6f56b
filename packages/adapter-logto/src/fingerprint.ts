import { createHmac, randomBytes } from 'node:crypto';

/** Of this process alone: a fingerprint that gets out says nothing about the password in it. */
const KEY = randomBytes(32);

/** The same for the same data, and in no way the data itself. */
export const fingerprint = (data: unknown): string =>
  createHmac('sha256', KEY)
    .update(JSON.stringify(data) ?? '')
    .digest('base64');
