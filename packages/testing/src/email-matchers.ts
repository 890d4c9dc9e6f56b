import type { Email } from '@postern/core';
import { type DeliveredEmail, type EmailSource, emailsOf, recipientsOf } from './delivered-email.js';
import { sameRecipient } from './recipient.js';

/** The expected fields of an email. Omitted fields can have any value. */
export interface ExpectedEmail {
  /** A recipient of the envelope. */
  to?: string | undefined;
  /** The sender's address in the `From` field. */
  from?: string | undefined;
  /** The whole subject, or a pattern that matches part of it. */
  subject?: string | RegExp | undefined;
  /** Part of the plain text. */
  text?: string | RegExp | undefined;
  /** Part of the HTML. */
  html?: string | RegExp | undefined;
  /** The usage type. Only a memory transport knows it. */
  type?: string | undefined;
  /** The language of the template. Only a memory transport knows it. */
  locale?: string | undefined;
}

interface MatcherResult {
  pass: boolean;
  message(): string;
}

/** Passes if at least one email matches. */
export function toHaveReceivedEmail(source: EmailSource, expected: ExpectedEmail = {}): MatcherResult {
  const emails = emailsOf(source);
  const found = emails.some((email) => fits(email, expected));
  return {
    pass: found,
    message: () => `Expected ${found ? 'no' : 'an'} email${describe(expected)}. ${summary(emails)}`,
  };
}

/** Passes if exactly this many emails match. */
export function toHaveReceivedEmailCount(
  source: EmailSource,
  count: number,
  expected: ExpectedEmail = {},
): MatcherResult {
  const emails = emailsOf(source);
  const found = emails.filter((email) => fits(email, expected)).length;
  const pass = found === count;
  return {
    pass,
    message: () =>
      `Expected ${pass ? 'not ' : ''}${count} emails${describe(expected)}, found ${found}. ${summary(emails)}`,
  };
}

function fits(email: DeliveredEmail, expected: ExpectedEmail): boolean {
  const { to, from, subject, text, html, type, locale } = expected;
  return (
    (to === undefined || recipientsOf(email).some((recipient) => sameRecipient(recipient, to))) &&
    (from === undefined || email.from?.address === from) &&
    (subject === undefined ||
      (typeof subject === 'string' ? email.subject === subject : contains(email.subject, subject))) &&
    (text === undefined || contains(email.text, text)) &&
    (html === undefined || contains(email.html ?? '', html)) &&
    (type === undefined || rendered(email, 'type').type === type) &&
    (locale === undefined || rendered(email, 'locale').locale === locale)
  );
}

const contains = (text: string, part: string | RegExp): boolean =>
  typeof part === 'string' ? text.includes(part) : text.search(part) !== -1;

function rendered(email: DeliveredEmail, field: string): Email {
  if ('envelope' in email)
    throw new TypeError(`An SMTP trap does not record the '${field}' of an email: use a memory transport.`);
  return email;
}

function describe(expected: ExpectedEmail): string {
  const wishes = Object.entries(expected).filter(([, value]) => value !== undefined);
  if (wishes.length === 0) return '';
  return ` with ${wishes
    .map(([field, value]) => `${field} ${value instanceof RegExp ? value : JSON.stringify(value)}`)
    .join(', ')}`;
}

function summary(emails: readonly DeliveredEmail[]): string {
  if (emails.length === 0) return 'No emails arrived.';
  const lines = emails.map(
    (email) => `  - to ${recipientsOf(email).join(', ')}: ${JSON.stringify(email.subject)}`,
  );
  return [`Arrived (${emails.length}):`, ...lines].join('\n');
}
