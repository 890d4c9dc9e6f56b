import type { MailStage } from '@postern/core';
import type { Refusal } from './refusal.js';

/** A port of a provider. */
interface ProviderPort {
  port: number;
  /** `none`: plain text, according to the provider's manual. */
  tls: 'implicit' | 'starttls' | 'none';
  /** An additional sentence about the port. */
  note?: string;
}

/** A rule for a field of the config. */
export interface FieldRule {
  field: 'user' | 'pass' | 'fromEmail' | 'name';
  /** A pattern, or another field that must contain the same address. */
  must: { match: RegExp } | { equal: 'user' | 'fromEmail' };
  /** An `error` only if the config certainly cannot work. */
  severity: 'error' | 'warning';
  /** The problem. Never quotes the value. */
  message: string;
  hint: string;
  /** The only valid value. */
  literal?: string;
}

/** The refusal for replies that begin with one of the phrases. `*` stands for a part without spaces. */
export type KnownReplies = readonly (readonly [refusal: Refusal, ...begins: string[]])[];

/** A provider's reply and its meaning. */
export interface ReplyRule {
  /** The stages of the reply. @default any stage */
  stages?: readonly MailStage[];
  code: number;
  /** The enhanced status code (RFC 3463), if the provider sends one. */
  status?: string;
  /** The beginning of the reply, if the provider uses the codes for different problems. See {@link KnownReplies}. */
  says?: string;
  /** What the reply refuses. @default based on its codes */
  refusal?: Refusal;
  meaning: string;
  cure: string;
}

/** Facts about an email provider, from its manual. */
export interface Provider {
  name: string;
  /** Its SMTP hosts. `service` names are resolved to a host first. */
  hosts: RegExp;
  /** The recommended port first. */
  ports: readonly ProviderPort[];
  /** The server also sends for machines that it knows by their IP address. */
  loginIsOptional?: true;
  /** Why to avoid a login with a password, and how to use OAuth2. */
  password?: { message: string; hint: string };
  fields: readonly FieldRule[];
  limits?: {
    /** Emails per connection before the server closes it. */
    messagesPerConnection?: number;
    /** Concurrent connections: the documented number, or a low one for personal mailboxes. */
    connections?: number;
  };
  /** The `include` that the SPF record of the sender's domain needs. */
  spf?: string;
  /** The most specific first. The first match applies. */
  replies: readonly ReplyRule[];
  /** Known replies that need no specific advice. */
  says?: KnownReplies;
}
