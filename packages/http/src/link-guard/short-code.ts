/** Crockford's Base32: no letters that look like digits. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 50 bits. Nothing counts the guesses, so a shorter code could be guessed while its link is valid. */
const LENGTH = 10;
const GROUP = 5;

/** Draws a code such as `7KQ2M-X9D4T`. All codes are equally likely, because 256 is a multiple of 32. */
export function drawShortCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  const code = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${code.slice(0, GROUP)}-${code.slice(GROUP)}`;
}

/** Normalizes a typed code. Returns `undefined` for text that cannot be a code. */
export function readShortCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  const isCode = code.length === LENGTH && [...code].every((character) => ALPHABET.includes(character));
  return isCode ? `${code.slice(0, GROUP)}-${code.slice(GROUP)}` : undefined;
}
