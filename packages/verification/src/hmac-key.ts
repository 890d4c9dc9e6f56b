const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** HMAC-SHA-256 with one secret. */
export interface HmacKey {
  sign(parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
  /** Compares in constant time. */
  verify(mac: Uint8Array<ArrayBuffer>, parts: readonly string[]): Promise<boolean>;
}

const utf8 = new TextEncoder();
// JSON is unambiguous: no two lists of strings have the same encoding.
const encode = (parts: readonly string[]) => utf8.encode(JSON.stringify(parts));

/** The secret is imported once, with the first call. */
export function createHmacKey(secret: string): HmacKey {
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined;
  const importedKey = () => {
    imported ??= crypto.subtle.importKey('raw', utf8.encode(secret), HMAC, false, ['sign', 'verify']);
    return imported;
  };
  return {
    sign: async (parts) =>
      new Uint8Array(await crypto.subtle.sign(HMAC.name, await importedKey(), encode(parts))),
    verify: async (mac, parts) => crypto.subtle.verify(HMAC.name, await importedKey(), mac, encode(parts)),
  };
}
