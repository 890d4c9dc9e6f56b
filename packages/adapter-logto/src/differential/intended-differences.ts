import { domainToASCII } from 'node:url';
import type { Mailbox } from '@postern/core';
import { asBody, asField, byName, type EmailPicture } from './email-picture.js';
import { type CaseOverride, type CaseTemplate, type SendCase, templateOf } from './send-case.js';
import { type Payload, renderOurs, type TemplateText, written } from './template-text.js';
import type { AddressTemplate } from './written-address.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]));
}

const mapPayload = (payload: Payload, change: (text: string) => string): Payload =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, mapTexts(value, change)]));

const escaped = (payload: Payload): Payload =>
  mapPayload(payload, (text) => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char));

const clean = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\t\r\n\u0085\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}/gu, '');

/** README, "Safer emails": a value is one line without invisible characters. */
const visible = (payload: Payload): Payload =>
  mapPayload(payload, (text) =>
    clean(text)
      .replaceAll('\u2800', ' ')
      .replace(SOMETIMES_NEEDED, '')
      .replace(/[\p{Cf}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu, ''),
  );

/** Joiners and selectors, which stay where a script or an emoji needs them, and isolates around right-to-left values. */
const SOMETIMES_NEEDED =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is one character
  /\u200d|[\u200c\u2068\u2069\u180b-\u180d\u180f\ufe00-\ufe02\ufe0e\ufe0f\u{e0100}-\u{e01ef}]|&#829[67];/gu;

/** Without what is there or not for the sake of single languages; the tests of core are about that. */
export const comparable = (picture: EmailPicture): EmailPicture => ({
  ...picture,
  ...(picture.from && { from: comparableMailbox(picture.from) }),
  replyTo: picture.replyTo.map(comparableMailbox),
  subject: asField(picture.subject.replace(SOMETIMES_NEEDED, '')),
  html: picture.html?.replace(SOMETIMES_NEEDED, ''),
  text: picture.text?.replace(SOMETIMES_NEEDED, ''),
});

const comparableMailbox = ({ name, address }: Mailbox): Mailbox => {
  const shown = name && asField(name.replace(SOMETIMES_NEEDED, ''));
  return { ...(shown && { name: shown }), address };
};

/** README, "Safer emails": no value in the name of a sender looks like an address. */
const unlinked = (payload: Payload): Payload =>
  mapPayload(visible(payload), (text) =>
    text
      .replace(/(?<=\S)[@\uff20\ufe6b](?=\S)/g, '(at)')
      .replace(/(?<=\S)[.\u2024\u3002\ufe52\uff0e\uff61](?=\p{L})/gu, '$&\u200a')
      .replace(/(?<=[\p{L}\p{N}])[:\ufe55\uff1a](?=\S)/gu, '$&\u200a')
      .replace(/([/\\])(?=\1)/g, '$1\u200a')
      .replace(/[@\uff20\ufe6b]/g, '(at)'),
  );

/** Names of header fields that belong to Postern: `customHeaders` can't set them. */
const ENVELOPE_FIELDS = new Set(['from', 'to', 'cc', 'bcc', 'reply-to', 'subject', 'date', 'message-id']);

const fill = (text: string, payload: Payload) => renderOurs([{ written: text }], payload);

const MAILBOX =
  /^(?:(?<name>[^"<>,;:@()\\\p{Cc}]*)<)?(?<address>[^\s"<>,;:@()\\\p{C}]+@[a-z0-9.-]+)(?<end>>?)$/iu;

/** One address, with a name or without; no list, and nothing that could be read in two ways. */
function readOne(text: string): Mailbox | undefined {
  const { name, address, end } = MAILBOX.exec(text)?.groups ?? {};
  if (address === undefined || (name === undefined) !== (end === '')) return undefined;
  return { ...(name?.trim() && { name: asField(name) }), address };
}

/** README, "Safer emails": no value moves the borders between name and address that the author drew. */
function mailboxOf(template: AddressTemplate, payload: Payload): Mailbox | undefined {
  const mailbox = readOne(fill(template.address, payload));
  if (!mailbox || !template.name) return mailbox;
  const text = clean(fill(template.name, unlinked(payload))).trim();
  const name = text
    .replace(/^"(.*)"$/, '$1')
    .replace(/[<>]/g, '')
    .trim();
  return { ...(name && { name: asField(name) }), address: mailbox.address };
}

/** Whether a value means something else in an address than in a text, or may do so. */
const hasSpecialValue = ({ name, address }: AddressTemplate, payload: Payload) =>
  address.includes('{{') ||
  fill(name, unlinked(payload)) !== fill(name, payload) ||
  /["<>,;:@()\\\p{C}\p{Zl}\p{Zp}]/u.test(fill(name, payload));

/** What ours has to be, given what the official connector made of the same. */
export function expectedOf(send: SendCase, official: EmailPicture): EmailPicture {
  const template = templateOf(send);
  if (!template) throw new Error('There is always a Generic one.');
  const { payload } = send;
  const custom = new Set(Object.keys(send.customHeaders ?? {}).map((name) => name.toLowerCase()));
  const from = expectedSender(send, template, custom.has('from'), official);
  return {
    envelope: {
      from: from?.address ?? '',
      // README, "Safer emails": custom header fields can't add a recipient.
      to: ['to', 'cc', 'bcc'].some((name) => custom.has(name))
        ? [asciiAddress(send.to)]
        : official.envelope.to,
    },
    ...(from && { from }),
    to: custom.has('to') ? [{ address: asciiAddress(send.to) }] : official.to,
    replyTo: expectedReplyTo(send, template, custom.has('reply-to'), official),
    subject: expectedSubject(template.subject, payload, custom.has('subject'), official),
    ...expectedBody(template, payload, official),
    headers: expectedHeaders(custom, official),
  };
}

const asciiAddress = (address: string) => {
  const [local, domain = ''] = address.split('@');
  return `${local}@${domainToASCII(domain)}`;
};

/** The nodemailer of the official connector cuts characters such as emoji in two where it wraps a long field; ours does not. */
const isCut = (field = '') => field.includes('\ufffd');

type UsedTemplate = CaseTemplate | CaseOverride;

function expectedSender(
  { from, payload }: SendCase,
  template: UsedTemplate,
  isCustom: boolean,
  official: EmailPicture,
) {
  const sendFrom = 'sendFrom' in template ? template.sendFrom : undefined;
  // README, "Safer emails": values and custom header fields can't change the sender.
  if (sendFrom && (isCustom || isCut(official.from?.name) || hasSpecialValue(sendFrom, payload)))
    return mailboxOf(sendFrom, payload) ?? from.means;
  // README, "More forgiving configs": of several senders, the first one.
  const isOurs = !sendFrom && (isCustom || from.isListToOfficial);
  return isOurs ? from.means : official.from;
}

function expectedReplyTo(
  { replyTo, payload }: SendCase,
  template: UsedTemplate,
  isCustom: boolean,
  official: EmailPicture,
) {
  const own = 'replyTo' in template ? template.replyTo : undefined;
  if (own && (isCustom || isCut(official.replyTo[0]?.name) || hasSpecialValue(own, payload))) {
    const mailbox = mailboxOf(own, payload);
    return mailbox ? [mailbox] : (replyTo?.means ?? []);
  }
  return isCustom && !own ? (replyTo?.means ?? []) : official.replyTo;
}

function expectedSubject(
  template: TemplateText,
  payload: Payload,
  isCustom: boolean,
  official: EmailPicture,
) {
  const ours = clean(renderOurs(template, visible(payload)));
  return isCustom || isCut(official.subject) || ours !== fill(written(template), payload)
    ? asField(ours)
    : official.subject;
}

/** The address of a link is part of the text; space is what html takes for it. */
const showsText = (html: string) => html.replace(/<(?!a )[^<>]*>|[ \t\r\n\f\u200b]/g, '') !== '';

function expectedBody({ contentType, content }: UsedTemplate, payload: Payload, official: EmailPicture) {
  const isHtml = contentType !== 'text/plain';
  // README, "Safer emails": values are text, not markup.
  const shown = visible(payload);
  const ours = renderOurs(content, isHtml ? escaped(shown) : shown);
  const isSame = ours === fill(written(content), payload);
  return isHtml
    ? {
        // README, "Safer emails": there is a plain-text alternative.
        contentType: ours === '' ? 'text/plain' : showsText(ours) ? 'multipart/alternative' : 'text/html',
        html: isSame ? official.html : ours === '' ? undefined : asBody(ours),
        text: ours === '' ? '' : undefined,
      }
    : { contentType: official.contentType, html: undefined, text: isSame ? official.text : asBody(ours) };
}

/** README, "Safer emails": every email says that it is automatic. */
const AUTOMATIC = { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' };

function expectedHeaders(custom: ReadonlySet<string>, official: EmailPicture) {
  const added = Object.entries(AUTOMATIC).filter(([name]) => !custom.has(name));
  return [...official.headers.filter(([name]) => !ENVELOPE_FIELDS.has(name)), ...added].sort(byName);
}
