import type { Mailbox } from '@postern/core';
import fc from 'fast-check';

/** An address as an administrator writes it into a config. */
export interface WrittenAddress {
  readonly written: string;
  readonly means: Mailbox;
  /** The official connector reads a list here, and writes one into the header. */
  readonly isListToOfficial?: true;
}

const PLAIN: readonly WrittenAddress[] = [
  { written: 'noreply@example.com', means: { address: 'noreply@example.com' } },
  { written: 'Example <noreply@example.com>', means: { name: 'Example', address: 'noreply@example.com' } },
  {
    written: '"Acme, Inc." <no-reply@acme.example>',
    means: { name: 'Acme, Inc.', address: 'no-reply@acme.example' },
  },
  { written: '<noreply@example.com>', means: { address: 'noreply@example.com' } },
  { written: ' Żółć  <noreply@example.com> ', means: { name: 'Żółć', address: 'noreply@example.com' } },
  { written: '日本 <noreply@example.com>', means: { name: '日本', address: 'noreply@example.com' } },
  {
    written: "O'Neil & Co. <o'neil+x@example.com>",
    means: { name: "O'Neil & Co.", address: "o'neil+x@example.com" },
  },
  { written: 'noreply@example.com (Acme)', means: { name: 'Acme', address: 'noreply@example.com' } },
  { written: 'noreply@bücher.example', means: { address: 'noreply@xn--bcher-kva.example' } },
  {
    written: 'A "quoted" name <noreply@example.com>',
    means: { name: 'A quoted name', address: 'noreply@example.com' },
  },
];

/** README, "More forgiving configs": a comma in a name that nobody put in quotes; several senders. */
const LISTS: readonly WrittenAddress[] = [
  {
    written: 'Acme, Inc. <noreply@example.com>',
    means: { name: 'Acme, Inc.', address: 'noreply@example.com' },
    isListToOfficial: true,
  },
  { written: 'a@example.com, b@example.com', means: { address: 'a@example.com' }, isListToOfficial: true },
];

export const sender = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 1, arbitrary: fc.constantFrom(...LISTS) },
);

/** Where answers go, as an administrator writes it into a config; a list means one here. */
export interface WrittenReplyTo {
  readonly written: string;
  readonly means: readonly Mailbox[];
}

export const replyTo: fc.Arbitrary<WrittenReplyTo> = fc.constantFrom(
  { written: '', means: [] },
  ...PLAIN.map(({ written, means }) => ({ written, means: [means] })),
  {
    written: 'a@example.com, b@example.com',
    means: [{ address: 'a@example.com' }, { address: 'b@example.com' }],
  },
  {
    written: '"Help, please" <help@example.com>, b@example.com',
    means: [{ name: 'Help, please', address: 'help@example.com' }, { address: 'b@example.com' }],
  },
);

/** A sender or Reply-To of Logto's template store: name and address may contain variables. */
export interface AddressTemplate {
  readonly name: string;
  readonly address: string;
}

export const writtenTemplate = ({ name, address }: AddressTemplate) =>
  name ? `${name} <${address}>` : address;

export const addressTemplate: fc.Arbitrary<AddressTemplate> = fc.constantFrom(
  { name: '', address: 'notice@example.com' },
  { name: 'Notice', address: 'notice@example.com' },
  { name: '{{application.name}}', address: 'notice@example.com' },
  { name: '"{{ application.name }}"', address: 'notice@example.com' },
  { name: '{{organization.name}} via Acme', address: 'notice@example.com' },
  { name: '', address: '{{user.primaryEmail}}' },
  { name: 'Acme', address: '{{user.primaryEmail}}' },
);
