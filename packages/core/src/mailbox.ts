import { readLocalPart } from './local-part.js';
import { MailError } from './mail-error.js';
import { type Parsed, unusable } from './parsed.js';
import { splitList } from './quoted-text.js';

/** An address with an optional display name (RFC 5322 section 3.4). */
export interface Mailbox {
  readonly name?: string | undefined;
  readonly address: string;
}

// RFC 5321 section 4.5.3.1.3, with erratum 1690.
const MAX_ADDRESS_OCTETS = 254;
const MAX_MAILBOX_LENGTH = 1000;
/** Applies to a list of addresses in the config or in a template. */
export const MAX_LIST_LENGTH = 10_000;
const MAX_DISPLAY_NAME_LENGTH = 256;

/** Control, format (bidi, zero-width), private-use, and unassigned characters, and Unicode line breaks. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Look-alikes such as the full-width comma or at sign become these characters under NFKD. */
const SYNTAX = /[@,;:<>()[\]\\"\s]/;
/** Matches nearly all addresses. They have a single interpretation and are already in their final form. */
const PLAIN_ADDRESS =
  /^(?=[^@]{1,64}@)(?=.{1,254}$)[\w+-]+(?:\.[\w+-]+)*@(?:(?!-|xn--)[a-z\d-]{1,63}(?<!-)\.)+[a-z]{2,63}$/;
const HOST_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

const octets = (text: string) => new TextEncoder().encode(text).length;

const hasLookAlikeSyntax = (text: string) =>
  [...text].some((char) => char > '\x7f' && SYNTAX.test(char.normalize('NFKD')));

/** Converts a host name to ASCII (UTS 46), with the host parser of the URL Standard. */
const toAscii = (domain: string) => {
  const url = `http://${domain}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
};

function parseDomain(domain: string): Parsed<string> {
  if (domain.startsWith('['))
    return unusable('the domain is an address literal such as [192.0.2.1]: use a domain name');
  // The host parser treats ASCII other than letters, digits, dots, and hyphens as URL syntax.
  if (!domain || /[^\p{L}\p{N}\p{M}.\-\u3002\uff0e\uff61\u00b7\u30fb]/u.test(domain))
    return unusable('the domain is not a host name');
  const ascii = toAscii(domain);
  const labels = ascii.split('.');
  if (ascii.length > 253 || !labels.every((label) => HOST_LABEL.test(label)) || toAscii(ascii) !== ascii)
    return unusable('the domain is not a host name');
  if (/^\d+$/.test(labels.at(-1) ?? '')) return unusable('the domain is an IP address: use a domain name');
  return { ok: true, value: ascii };
}

function parseAddress(text: string): Parsed<string> {
  const at = text.lastIndexOf('@');
  if (at < 0) return unusable('it has no @');
  if (at === 0) return unusable('the part before the @ is empty');
  const local = readLocalPart(text.slice(0, at), text.slice(at + 1));
  if (!local.ok) return local;
  const domain = parseDomain(text.slice(at + 1));
  if (!domain.ok) return domain;
  const address = `${local.value}@${domain.value}`;
  if (octets(address) > MAX_ADDRESS_OCTETS) return unusable(`it is longer than ${MAX_ADDRESS_OCTETS} bytes`);
  return { ok: true, value: address };
}

/** Reads `ada@example.com`, `Ada <ada@example.com>`, or `"Lovelace, Ada" <ada@example.com>`. */
export function readMailbox(input: string): Parsed<Mailbox> {
  if (PLAIN_ADDRESS.test(input)) return { ok: true, value: { address: input } };
  if (input.length > MAX_MAILBOX_LENGTH) return unusable('it is too long');
  const text = input.replace(/^ +| +$/g, '');
  if (!text) return unusable('it is empty');
  if (/[\r\n]/.test(text)) return unusable('it contains a line break');
  const angle =
    /^(?<phrase>[^<]*)<(?<address>[^<>]*)>$/.exec(text) ??
    /^(?<phrase>"(?:[^"\\]|\\.)*" *)<(?<address>[^<>]*)>$/.exec(text);
  const addressText = angle?.groups?.address ?? text;
  if (INVISIBLE.test(addressText)) return unusable('it contains an invisible or control character');
  if (hasLookAlikeSyntax(addressText))
    return unusable('it contains a look-alike of @, a comma, or another special character');
  const address = parseAddress(addressText.trim());
  if (!address.ok) return address;
  const name = readDisplayName(angle?.groups?.phrase ?? '');
  if (!name.ok) return name;
  return { ok: true, value: { ...(name.value && { name: name.value }), address: address.value } };
}

function readDisplayName(phrase: string): Parsed<string> {
  const text = phrase.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  const name = quoted?.[1]?.replace(/\\(.)/g, '$1') ?? text;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return unusable('the display name contains a control character');
  if (name.length > MAX_DISPLAY_NAME_LENGTH)
    return unusable(`the display name is longer than ${MAX_DISPLAY_NAME_LENGTH} characters`);
  // Without quotes, these characters would create a list or a second address.
  if (!quoted && /["@,;<>]/.test(name))
    return unusable('a display name with special characters must be in double quotes');
  return { ok: true, value: name };
}

/** Reads comma-separated mailboxes. A comma in double quotes is part of a display name. */
export function readMailboxList(input: string): Parsed<Mailbox[]> {
  if (input.length > MAX_LIST_LENGTH) return unusable('it is too long');
  const mailboxes: Mailbox[] = [];
  for (const part of splitList(input)) {
    const mailbox = readMailbox(part);
    if (!mailbox.ok) return mailbox;
    mailboxes.push(mailbox.value);
  }
  return { ok: true, value: mailboxes };
}

/**
 * Reads the one address of a recipient: `ada@example.com` or `Ada <ada@example.com>` (the name is dropped). The result is
 * the form to which emails are delivered, in which two spellings are never two mailboxes:
 *
 * - An internationalized domain is in its ASCII form (UTS 46).
 * - A local part in ASCII is as typed. Unneeded quotes are removed, and required quotes are added: `taro..san@docomo.ne.jp`
 *   becomes `"taro..san"@docomo.ne.jp`.
 * - A local part with other characters (RFC 6531) is in lower case and in NFC, so every encoding of `josé` is the same
 *   address.
 *
 * @throws {MailError} `recipient_invalid` unless the input is exactly one address. Lists, line breaks, invisible
 * characters, and characters that normalization (NFKC) changes are refused, such as full-width letters, ligatures, and
 * look-alikes of ASCII. The message never repeats the input.
 *
 * @example
 * ```ts
 * parseRecipient('ada@Bücher.example'); // 'ada@xn--bcher-kva.example'
 * ```
 */
export function parseRecipient(input: unknown): string {
  const parsed =
    typeof input === 'string' ? readMailbox(input) : unusable('it must be a string with exactly one address');
  if (parsed.ok) return parsed.value.address;
  throw new MailError('recipient_invalid', `The recipient is not a valid address: ${parsed.problem}.`, {
    stage: 'recipient',
    hint: 'Pass exactly one address, such as ada@example.com.',
  });
}

/**
 * The canonical form of an address, for comparing, counting, and looking up addresses: the result of
 * {@link parseRecipient} in lower case. It is a valid address, and the function is idempotent.
 *
 * Addresses with the same canonical form are delivered to the same mailbox, because they differ only in ASCII letter case.
 * RFC 5321 allows a server to distinguish `Ada@` from `ada@`, but providers do not, phones capitalize the first letter,
 * and each spelling would get its own guess budget.
 *
 * @throws {MailError} `recipient_invalid` unless the input is exactly one address
 *
 * @example
 * ```ts
 * canonicalAddress('Ada@Bücher.example'); // 'ada@xn--bcher-kva.example'
 * canonicalAddress('"ada"@example.com'); // 'ada@example.com'
 * ```
 */
export const canonicalAddress = (address: string): string => parseRecipient(address).toLowerCase();
