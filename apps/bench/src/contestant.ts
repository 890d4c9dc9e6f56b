/** The contestants, and the interface of the files in `peers`. */
import { z } from 'zod';
import type { SampleName } from './sample-email.ts';

export const mailServerSchema = z.object({
  host: z.string(),
  port: z.number(),
  /** The certificate (PEM) and login for STARTTLS. Without it, the server uses plain text without a login. */
  secure: z.object({ certificate: z.string(), user: z.string(), pass: z.string() }).optional(),
});

/** The server of a contestant. */
export type MailServer = z.output<typeof mailServerSchema>;

/** An open sender. */
export interface Sender {
  /** Sends one sign-in email. Resolves when the server has accepted it. */
  send(to: string, code: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * Creates a sender with the fastest documented setting of its package.
 *
 * @param connections - The size of its connection pool, if it has one.
 * @param sample - The email to send. Contestants that only send the sign-in email ignore it.
 */
export type OpenSender = (
  server: MailServer,
  connections: number,
  sample: SampleName,
) => Sender | Promise<Sender>;

/** Loads a file in `peers`, which exports `open`. */
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
  /** The file that exports `open`. */
  readonly file: URL;
  /** The package whose version is shown. None for this repository and Node.js. */
  readonly package?: string;
  /** Whether `heavy-peers` installs it instead of the workspace. */
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

/** For comparison only: the cost of sending without rendering. */
export const UPYO_PREPARED: Contestant = {
  name: 'Upyo, prerendered',
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

/** A limit instead of a contestant: the fastest client that waits for each reply. */
export const BARE_SOCKET: Contestant = { name: 'bare node:net, lockstep', file: peer('bare-socket') };
