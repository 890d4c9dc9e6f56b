import { domainToASCII } from 'node:url';
import { MailError } from './mail-error.js';

/** An address with an optional display name (RFC 5322 section 3.4). */
export interface Mailbox {
  readonly name?: string;
  readonly address: string;
}

// RFC 5321 section 4.5.3.1, with erratum 1690 for the whole path.
const MAX_LOCAL_PART_OCTETS = 64;
const MAX_ADDRESS_OCTETS = 254;
const MAX_MAILBOX_LENGTH = 1000;

// RFC 5322 atext, widened to UTF-8 by RFC 6531.
const ATOM = String.raw`[[\p{L}\p{N}\p{M}\p{S}\p{P}]--[@,;:.<>\(\)\[\]\\"]]`;
const DOT_ATOM = new RegExp(`^${ATOM}+(?:\\.${ATOM}+)*$`, 'v');
/** Quoted local parts may hold spaces and dots, nothing that any parser could take for syntax. */
const QUOTED_STRING = new RegExp(`^"(?:${ATOM}|[ .])+"$`, 'v');
/** Control, format (bidi, zero-width), private and unassigned characters, and exotic line breaks. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Look-alikes such as the full-width comma or at-sign turn into these under NFKC. */
const SYNTAX = /[@,;:<>()[\]\\"\s]/;
/** Nearly every address: it reads in one way only, and is in its final form. */
const PLAIN_ADDRESS =
  /^(?=[^@]{1,64}@)(?=.{1,254}$)[\w+-]+(?:\.[\w+-]+)*@(?:(?!-|xn--)[a-z\d-]{1,63}(?<!-)\.)+[a-z]{2,63}$/;
const HOST_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };
const fail = (problem: string) => ({ ok: false, problem }) as const;

const octets = (text: string) => new TextEncoder().encode(text).length;

const hasLookAlikeSyntax = (text: string) =>
  [...text].some((char) => char > '\x7f' && SYNTAX.test(char.normalize('NFKC')));

function parseDomain(domain: string): Parsed<string> {
  if (domain.startsWith('['))
    return fail('an address literal such as [192.0.2.1] is not supported, write a domain name');
  // Plain ASCII outside letters, digits, dots and hyphens is URL syntax to the IDN conversion.
  if (!domain || /[^\p{L}\p{N}\p{M}.\-\u3002\uff0e\uff61\u00b7\u30fb]/u.test(domain))
    return fail('the domain is not a host name');
  const ascii = domainToASCII(domain).toLowerCase();
  const labels = ascii.split('.');
  if (ascii.length > 253 || !labels.every((label) => HOST_LABEL.test(label)))
    return fail('the domain is not a host name');
  if (/^\d+$/.test(labels.at(-1) ?? '')) return fail('the domain is an IP address, write a domain name');
  return { ok: true, value: ascii };
}

function parseAddress(text: string): Parsed<string> {
  const at = text.lastIndexOf('@');
  if (at < 0) return fail('there is no @');
  const local = text.slice(0, at);
  if (!local) return fail('nothing stands before the @');
  if (!DOT_ATOM.test(local) && !QUOTED_STRING.test(local)) {
    return fail(
      /[,;]/.test(local) || local.includes('@')
        ? 'it has to be exactly one address, not a list'
        : `the part before the @ is not valid`,
    );
  }
  if (octets(local) > MAX_LOCAL_PART_OCTETS)
    return fail(`the part before the @ is longer than ${MAX_LOCAL_PART_OCTETS} bytes`);
  const domain = parseDomain(text.slice(at + 1));
  if (!domain.ok) return domain;
  const address = `${local}@${domain.value}`;
  if (octets(address) > MAX_ADDRESS_OCTETS) return fail(`it is longer than ${MAX_ADDRESS_OCTETS} bytes`);
  return { ok: true, value: address };
}

/** `ada@example.com`, `Ada <ada@example.com>` or `"Lovelace, Ada" <ada@example.com>`. */
export function readMailbox(input: string): Parsed<Mailbox> {
  if (PLAIN_ADDRESS.test(input)) return { ok: true, value: { address: input } };
  if (input.length > MAX_MAILBOX_LENGTH) return fail('it is too long');
  const text = input.replace(/^ +| +$/g, '');
  if (!text) return fail('it is empty');
  if (/[\r\n]/.test(text)) return fail('it contains a line break');
  const angle =
    /^(?<phrase>[^<]*)<(?<address>[^<>]*)>$/.exec(text) ??
    /^(?<phrase>"(?:[^"\\]|\\.)*" *)<(?<address>[^<>]*)>$/.exec(text);
  const addressText = angle?.groups?.address ?? text;
  if (INVISIBLE.test(addressText)) return fail('it contains an invisible or control character');
  if (hasLookAlikeSyntax(addressText))
    return fail('it contains a look-alike of @, a comma or another special character');
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
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return fail('the display name contains a control character');
  // Unquoted, these would make it a list or a second address.
  if (!quoted && /["@,;<>]/.test(name))
    return fail('put a display name with special characters in double quotes');
  return { ok: true, value: name };
}

/** Comma-separated mailboxes; a comma inside double quotes belongs to a display name. */
export function readMailboxList(input: string): Parsed<Mailbox[]> {
  const parts = input.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  const mailboxes: Mailbox[] = [];
  for (const part of parts) {
    const mailbox = readMailbox(part);
    if (!mailbox.ok) return mailbox;
    mailboxes.push(mailbox.value);
  }
  return mailboxes.length > 0 ? { ok: true, value: mailboxes } : fail('it is empty');
}

/**
 * Reads the one address an email goes to: `ada@example.com`, or `Ada <ada@example.com>` (the name is
 * dropped). Internationalized domains become their ASCII form (UTS 46); UTF-8 local parts stay as typed
 * (RFC 6531).
 *
 * @throws {MailError} `recipient_invalid` for anything but exactly one address: lists, line breaks,
 * invisible characters, look-alike commas and at-signs. The message never repeats the input.
 *
 * @example
 * ```ts
 * parseRecipient('ada@Bücher.example'); // 'ada@xn--bcher-kva.example'
 * ```
 */
export function parseRecipient(input: unknown): string {
  const parsed =
    typeof input === 'string' ? readMailbox(input) : fail('it has to be text, exactly one address');
  if (parsed.ok) return parsed.value.address;
  throw new MailError('recipient_invalid', `The recipient is not a usable address: ${parsed.problem}.`, {
    stage: 'recipient',
    hint: 'Pass exactly one address, such as ada@example.com.',
  });
}

/**
 * The one form in which addresses are compared, counted and limited: NFKC, lower case, the domain in its ASCII form.
 *
 * The part before the @ loses its case too. RFC 5321 would let a server tell `Ada@` from `ada@`; none that matters
 * does, phones capitalize what people type, and each spelling would have a guess budget of its own.
 *
 * @throws {MailError} `recipient_invalid` for anything but exactly one address
 *
 * @example
 * ```ts
 * canonicalAddress('Ada@Bücher.example'); // 'ada@xn--bcher-kva.example'
 * ```
 */
export const canonicalAddress = (address: string): string =>
  // Lower case first and last: some capitals compose differently than their small letters.
  parseRecipient(address).toLowerCase().normalize('NFKC').toLowerCase();
