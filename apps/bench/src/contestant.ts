/** Who is measured: what each file in `peers` exports, and how it is opened. */
import { z } from 'zod';
import type { SampleName } from './sample-email.ts';

export const mailServerSchema = z.object({
  host: z.string(),
  port: z.number(),
  /** With STARTTLS, this certificate (PEM) and a login; without, in plain text to anyone. */
  secure: z.object({ certificate: z.string(), user: z.string(), pass: z.string() }).optional(),
});

/** Where a contestant sends to. */
export type MailServer = z.output<typeof mailServerSchema>;

/** A sender at work. */
export interface Sender {
  /** Sends one sign-in email, and ends when the server has taken it. */
  send(to: string, code: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * Makes a sender as the documentation of a package says, at its fastest documented setting.
 *
 * @param connections - How many it may have open at once, if it keeps any.
 * @param sample - Which email it sends. Contestants that are only compared with the sign-in email leave it out.
 */
export type OpenSender = (
  server: MailServer,
  connections: number,
  sample: SampleName,
) => Sender | Promise<Sender>;

/** Loads a file of `peers`, which exports `open`. */
export async function openSender(
  peer: string,
  server: MailServer,
  connections: number,
  sample: SampleName = 'sign-in',
): Promise<Sender> {
  const { open }: { open: OpenSender } = await import(peer);
  return open(server, connections, sample);
}

export interface Contestant {
  readonly name: string;
  /** The file that drives it. */
  readonly file: URL;
  /** The package whose version is written beside it; none for what belongs to this repository, or to Node. */
  readonly package?: string;
  /** Not in the workspace's install: `heavy-peers` brings it. */
  readonly isHeavy?: true;
}

const peer = (file: string) => new URL(`peers/${file}.ts`, import.meta.url);
const heavyPeer = (file: string) => new URL(`../heavy-peers/${file}.ts`, import.meta.url);

export const POSTERN: Contestant = { name: 'Postern', file: peer('postern') };

export const POSTERN_CONNECTOR: Contestant = {
  name: 'Postern’s Logto connector',
  file: peer('postern-connector'),
};

export const OFFICIAL_CONNECTOR: Contestant = {
  name: 'official Logto connector',
  file: peer('official-connector'),
  package: '@logto/connector-smtp',
};

export const NODEMAILER_POOL: Contestant = {
  name: 'nodemailer, pool',
  file: peer('nodemailer-pool'),
  package: 'nodemailer',
};

export const NODEMAILER_UNPOOLED: Contestant = {
  name: 'nodemailer, no pool',
  file: peer('nodemailer-unpooled'),
  package: 'nodemailer',
};

export const UPYO: Contestant = { name: 'Upyo', file: peer('upyo'), package: '@upyo/smtp' };

/** For comparison only: what sending costs, without rendering. */
export const UPYO_PREPARED: Contestant = {
  name: 'Upyo, rendered beforehand',
  file: peer('upyo-prepared'),
  package: '@upyo/smtp',
};

export const EMAIL_TEMPLATES: Contestant = {
  name: 'email-templates',
  file: heavyPeer('email-templates'),
  package: 'email-templates',
  isHeavy: true,
};

export const NESTJS_MAILER: Contestant = {
  name: '@nestjs-modules/mailer',
  file: heavyPeer('nestjs-mailer'),
  package: '@nestjs-modules/mailer',
  isHeavy: true,
};

/** No contestant but a limit: nothing that waits for each reply is faster. */
export const BARE_SOCKET: Contestant = { name: 'bare node:net, lock-step', file: peer('bare-socket') };
