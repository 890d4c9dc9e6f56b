const NAME = 'AES-GCM';
const TAG_BYTES = 16;
// Each key encrypts only one message, so the nonce can be constant.
const AES = { name: NAME, iv: new Uint8Array(12), tagLength: TAG_BYTES * 8 } as const;

type Bytes = Uint8Array<ArrayBuffer>;

const importKey = (key: Bytes, usage: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', key, NAME, false, [usage]);

/** Moves the first bytes to the end. */
const rotate = (bytes: Bytes, count: number): Bytes =>
  Uint8Array.from([...bytes.subarray(count), ...bytes.subarray(0, count)]);

/**
 * Encrypts a text with AES-256-GCM.
 *
 * @param key 32 bytes, for this text only
 * @returns the tag, followed by the ciphertext. Web Crypto has them in the opposite order.
 */
export async function sealBox(key: Bytes, text: string): Promise<Bytes> {
  const encrypted = await crypto.subtle.encrypt(
    AES,
    await importKey(key, 'encrypt'),
    new TextEncoder().encode(text),
  );
  return rotate(new Uint8Array(encrypted), encrypted.byteLength - TAG_BYTES);
}

/** @returns `undefined` if the key does not match, or if the box is damaged */
export async function openBox(key: Bytes, box: Bytes): Promise<string | undefined> {
  const aesKey = await importKey(key, 'decrypt');
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt(AES, aesKey, rotate(box, TAG_BYTES)));
  } catch {
    return undefined;
  }
}
