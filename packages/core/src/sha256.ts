const encoder = new TextEncoder();

/** Returns the SHA-256 digest of a text in lowercase hexadecimal (FIPS 180-4). It uses Web Crypto, so it works in every runtime. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
