import type { Email } from '@postern/core';
import { type DeliveredEmail, type EmailSource, emailsOf, recipientsOf } from './delivered-email.js';
import { sameRecipient } from './recipient.js';

/** What an email must be like to count; fields that are left out don't matter. */
export interface ExpectedEmail {
  /** A recipient of the envelope. */
  to?: string | undefined;
  /** The sender's address in the `From` field. */
  from?: string | undefined;
  /** The whole subject, or a pattern for a part of it. */
  subject?: string | RegExp | undefined;
  /** A part of the plain text. */
  text?: string | RegExp | undefined;
  /** A part of the html. */
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

/** Passes when at least one email fits. */
export function toHaveReceivedEmail(source: EmailSource, expected: ExpectedEmail = {}): MatcherResult {
  const emails = emailsOf(source);
  const found = emails.some((email) => fits(email, expected));
  return {
    pass: found,
    message: () => `Expected ${found ? 'no' : 'an'} email${describe(expected)}. ${summary(emails)}`,
  };
}

/** Passes when exactly that many emails fit. */
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
  if ('envelope' in email) throw new TypeError(`An SMTP server cannot tell the '${field}' of an email.`);
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
  if (emails.length === 0) return 'None arrived at all.';
  const lines = emails.map(
    (email) => `  - to ${recipientsOf(email).join(', ')}: ${JSON.stringify(email.subject)}`,
  );
  return [`Arrived (${emails.length}):`, ...lines].join('\n');
}
