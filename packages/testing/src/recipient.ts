import { domainToASCII } from 'node:url';

/** The form in which recipients are compared: the local part as it is, the domain in lower-case ASCII. */
function recipientKey(address: string): string {
  const at = address.lastIndexOf('@');
  if (at === -1) return address;
  const domain = address.slice(at + 1).toLowerCase();
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

/** RFC 5321 section 2.4: only the domain is case-insensitive. `münchen.example` equals its punycode form. */
export const sameRecipient = (a: string, b: string): boolean => recipientKey(a) === recipientKey(b);
