import { domainToASCII } from 'node:url';
import { MailError, parseRecipient } from '@postern/core';

/** Recipients are compared in the form to which emails are delivered. */
function recipientKey(address: string): string {
  try {
    return parseRecipient(address);
  } catch (error) {
    if (error instanceof MailError) return otherKey(address);
    throw error;
  }
}

/** A test can pass addresses directly to the server that Postern would refuse. */
function otherKey(address: string): string {
  const at = address.lastIndexOf('@');
  if (at === -1) return address;
  const domain = address.slice(at + 1).toLowerCase();
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

/**
 * Whether two addresses are the same. The letter case of the local part matters (RFC 5321 section 2.4). Other spellings of
 * an address are equal: `münchen.example` and its Punycode form, composed and decomposed letters, and `"ada"@` and `ada@`.
 */
export const sameRecipient = (a: string, b: string): boolean => recipientKey(a) === recipientKey(b);
