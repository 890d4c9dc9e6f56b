import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { SecretKey } from '@postern/core';
import { createRandomBytes } from './random-bytes.js';

export interface Keyring {
  /**
   * Encrypts with the first key. Only `open` with the same delivery id can decrypt the result, which is
   * `<key id>.<base64url of nonce, tag, and ciphertext>`.
   */
  seal(deliveryId: string, text: string): string;
  /**
   * @throws {UnsealableError} if the key is not in the keyring, or the row was changed
   */
  open(deliveryId: string, sealed: string): string;
  /** Keyed digests that identify a value without revealing it, one for each key, newest first. */
  digests(purpose: 'address' | 'idempotency' | 'fingerprint', value: string): string[];
}

/** The content of a delivery cannot be decrypted. The message is safe to log. */
export class UnsealableError extends Error {
  override readonly name = 'UnsealableError';
  /** How to fix it. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12; // NIST SP 800-38D section 5.2.1.1
const TAG_BYTES = 16;
const DIGEST_BYTES = 16;

// Each purpose has its own key, so the output of one reveals nothing about another.
const derive = (secret: string, purpose: string): KeyObject =>
  createSecretKey(createHmac('sha256', secret).update(`postern-queue/${purpose}`).digest());

/** The cryptography of the package. The first key encrypts, and all keys decrypt and compute digests. */
export function createKeyring(keys: readonly [SecretKey, ...SecretKey[]]): Keyring {
  const ring = keys.map(({ id, secret }) => ({
    id,
    seal: derive(secret, 'seal'),
    address: derive(secret, 'address'),
    idempotency: derive(secret, 'idempotency'),
    fingerprint: derive(secret, 'fingerprint'),
  }));
  const randomBytes = createRandomBytes();
  const byId = new Map(ring.map((key) => [key.id, key]));
  const [newest] = ring as [(typeof ring)[number]]; // as long as `keys`, which has one or more
  const digest = (key: KeyObject, value: string) =>
    createHmac('sha256', key).update(value).digest().subarray(0, DIGEST_BYTES).toString('base64url');

  return {
    seal(deliveryId, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, newest.seal, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(deliveryId));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${newest.id}.${Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64url')}`;
    },
    open(deliveryId, sealed) {
      const dot = sealed.indexOf('.');
      const id = sealed.slice(0, Math.max(dot, 0));
      const key = byId.get(id);
      if (!key) {
        throw new UnsealableError(
          `The content is encrypted with the key ${JSON.stringify(id)}, which is not in keys.`,
          'Add that key to the end of keys, and call queue.retry(id).',
        );
      }
      const bytes = Buffer.from(sealed.slice(dot + 1), 'base64url');
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(CIPHER, key.seal, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(deliveryId));
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return (
          decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        throw new UnsealableError(
          'The content cannot be decrypted. The key has a different secret in this process, or the row was changed.',
          'Check that every process has the same secret for each key id.',
        );
      }
    },
    digests: (purpose, value) => ring.map((key) => digest(key[purpose], value)),
  };
}
