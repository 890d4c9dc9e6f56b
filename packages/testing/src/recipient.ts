import { domainToASCII } from 'node:url';
import { MailError, parseRecipient } from '@postern/core';

/** The form in which recipients are compared: the one that emails are delivered to. */
function recipientKey(address: string): string {
  try {
    return parseRecipient(address);
  } catch (error) {
    if (error instanceof MailError) return otherKey(address);
    throw error;
  }
}

/** What a test hands straight to the server need not be an address that Postern sends to. */
function otherKey(address: string): string {
  const at = address.lastIndexOf('@');
  if (at === -1) return address;
  const domain = address.slice(at + 1).toLowerCase();
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

/**
 * The local part keeps its letter case (RFC 5321 section 2.4), so a test sees what was sent. Several spellings of one
 * address are equal otherwise: `münchen.example` and its Punycode form, composed and decomposed letters, `"ada"@` and
 * `ada@`.
 */
export const sameRecipient = (a: string, b: string): boolean => recipientKey(a) === recipientKey(b);
