import { z } from 'zod';
import type { Way } from './send.js';
import type { ServerName } from './server.js';

/** `GET /api/inbox?q=&limit=` */
export const inboxQuerySchema = z.object({
  /** Words that are all in recipient, sender, subject or text, in any letter case. */
  q: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

export interface EmailList {
  /** Newest first. */
  readonly emails: readonly EmailSummary[];
  /** How many there are in all, whatever was searched for. */
  readonly total: number;
}

/** One line of the inbox. */
export interface EmailSummary {
  readonly id: string;
  /** When it arrived, or was accepted (ISO 8601). */
  readonly at: string;
  /** Not known of emails that something else sent to the trap. */
  readonly type?: string;
  readonly locale?: string;
  /** What sent it; `sign-in` is the verification. */
  readonly via?: Way | 'sign-in';
  /** Which of the playground's servers took it; absent when it was really sent. */
  readonly server?: ServerName;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** The beginning of its text, without its code. */
  readonly excerpt: string;
  readonly code?: string;
  readonly hasLink: boolean;
  readonly attachments: number;
  readonly messageId?: string;
}

/** `GET /api/inbox/:id` */
export interface InboxEmail extends EmailSummary {
  readonly replyTo?: string;
  readonly date?: string;
  readonly text: string;
  readonly html?: string;
  /** For `<iframe sandbox="" src>`; add `scheme=light|dark` and `remote=1` to its query. */
  readonly htmlUrl?: string;
  /** Hosts that the html would load something from, if it were allowed. */
  readonly remoteHosts: readonly string[];
  /** The first link. */
  readonly link?: string;
  /** As sent, in their order. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The message as it came over the wire; of emails that were really sent there is none. */
  readonly source?: string;
  readonly size?: number;
  readonly files: readonly Attachment[];
  readonly dkim?: DkimFacts;
  readonly otpToken?: OtpTokenFacts;
  /** How it came to the trap. */
  readonly session?: { readonly secure: boolean; readonly user?: string; readonly connection: number };
  /** What the real server answered. */
  readonly response?: string;
}

export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** A download. */
  readonly url: string;
}

/** What the first DKIM-Signature says (RFC 6376), and whether it holds. */
export interface DkimFacts {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly canonicalization: string;
  readonly signedHeaders: readonly string[];
  /** `unknown`: the public key is in the DNS, which is not asked. */
  readonly result: 'pass' | 'fail' | 'unknown';
  readonly explanation: string;
  /** The DNS name that holds the public key. */
  readonly recordName: string;
}

/** The OTP-Token header (draft-goto-otp-token): on which site mail apps may offer the code. */
export interface OtpTokenFacts {
  readonly value: string;
  readonly code?: string;
  readonly origin?: string;
}
