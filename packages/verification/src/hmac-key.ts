const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** HMAC-SHA-256 with one secret. */
export interface HmacKey {
  sign(parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
}

const utf8 = new TextEncoder();
// JSON is unambiguous: no two lists of strings have the same encoding.
const encode = (parts: readonly string[]) => utf8.encode(JSON.stringify(parts));

/** The secret is imported once, with the first call. */
export function createHmacKey(secret: string): HmacKey {
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined;
  const importedKey = () => {
    imported ??= crypto.subtle.importKey('raw', utf8.encode(secret), HMAC, false, ['sign']);
    return imported;
  };
  return {
    sign: async (parts) =>
      new Uint8Array(await crypto.subtle.sign(HMAC.name, await importedKey(), encode(parts))),
  };
}
