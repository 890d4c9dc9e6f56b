import type { MailStage } from '@postern/core';
import type { Refusal } from './refusal.js';

/** How a port of a provider is to be spoken to. */
interface ProviderPort {
  port: number;
  /** `implicit`: TLS from the first byte. `none`: plain text, as far as its manual promises. */
  tls: 'implicit' | 'starttls' | 'none';
  /** What else is to be known of it, a sentence. */
  note?: string;
}

/** What a field of the config has to look like. */
export interface FieldRule {
  field: 'user' | 'pass' | 'fromEmail' | 'name';
  /** A pattern, or another field whose address it has to be. */
  must: { match: RegExp } | { equal: 'user' | 'fromEmail' };
  /** An error, only where it surely can't work otherwise. */
  severity: 'error' | 'warning';
  /** What is wrong, and what to write instead. Never quotes what was written. */
  message: string;
  hint: string;
  /** The only text that can be right. */
  literal?: string;
}

/** What is refused by replies that begin so. `*` is a part without blanks. */
export type KnownReplies = readonly (readonly [refusal: Refusal, ...begins: string[]])[];

/** A reply that is typical of a provider. */
export interface ReplyRule {
  /** Which reply it is; that of any stage unless given. */
  stages?: readonly MailStage[];
  code: number;
  /** The enhanced status code (RFC 3463), where the provider sends one. */
  status?: string;
  /** How it begins, where the codes are the same for different things; see {@link KnownReplies}. */
  says?: string;
  /** What it refuses. @default what its codes say */
  refusal?: Refusal;
  meaning: string;
  cure: string;
}

/** What is known of an email provider. Facts from its manual, nothing that runs. */
export interface Provider {
  name: string;
  /** Its SMTP hosts. `service` names of nodemailer's list are recognized by the host that they stand for. */
  hosts: RegExp;
  /** The first is the one to recommend. */
  ports: readonly ProviderPort[];
  /** The server also sends for machines that it knows by their IP address. */
  loginIsOptional?: true;
  /** What speaks against a login with a password, and how to log in by OAuth2. */
  password?: { message: string; hint: string };
  fields: readonly FieldRule[];
  limits?: {
    /** Emails per connection before the server closes it. */
    messagesPerConnection?: number;
    /** Connections at a time: the number that the provider documents, or a cautious one for mailboxes of people. */
    connections?: number;
  };
  /** What the SPF record of a sender's domain has to include, where the provider sends in its name. */
  spf?: string;
  /** The most telling first: of several that match, the first counts. */
  replies: readonly ReplyRule[];
  /** Replies that need no advice from the provider. */
  says?: KnownReplies;
}
