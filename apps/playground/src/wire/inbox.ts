import { z } from 'zod';
import type { Way } from './send.js';
import type { ServerName } from './server.js';

/** `GET /api/inbox?q=&limit=` */
export const inboxQuerySchema = z.object({
  /** Words in the recipient, sender, subject, or text, in any letter case. */
  q: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

export interface EmailList {
  /** Newest first. */
  readonly emails: readonly EmailSummary[];
  /** The number of all emails. */
  readonly total: number;
}

export interface EmailSummary {
  readonly id: string;
  /** When it arrived or was accepted (ISO 8601). */
  readonly at: string;
  /** Unknown for emails from other programs. */
  readonly type?: string;
  readonly locale?: string;
  /** The delivery path. `sign-in` is the verification. */
  readonly via?: Way | 'sign-in';
  /** The playground's server. Absent if a real server accepted the email. */
  readonly server?: ServerName;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly code?: string;
  readonly hasLink: boolean;
  readonly messageId?: string;
}

/** `GET /api/inbox/:id` */
export interface InboxEmail extends EmailSummary {
  readonly text: string;
  readonly html?: string;
  /** The URL for `<iframe sandbox="" src>`. Add `scheme=light|dark` and `remote=1`. */
  readonly htmlUrl?: string;
  /** Hosts that the HTML would load content from. */
  readonly remoteHosts: readonly string[];
  readonly link?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The message as received. Absent if a real server accepted the email. */
  readonly source?: string;
  readonly size?: number;
  readonly files: readonly Attachment[];
  readonly dkim?: DkimFacts;
  readonly otpToken?: OtpTokenFacts;
  /** The SMTP session. */
  readonly session?: { readonly secure: boolean; readonly user?: string; readonly connection: number };
  /** The reply from the real server. */
  readonly response?: string;
}

export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly url: string;
}

/** The first DKIM signature (RFC 6376). */
export interface DkimFacts {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly canonicalization: string;
  readonly signedHeaders: readonly string[];
  /** `unknown`: the public key is only in DNS. */
  readonly result: 'pass' | 'fail' | 'unknown';
  readonly explanation: string;
  /** The DNS name of the public key. */
  readonly recordName: string;
}

/** The OTP-Token header (draft-goto-otp-token): the site on which mail apps may offer the code. */
export interface OtpTokenFacts {
  readonly value: string;
  readonly code?: string;
  readonly origin?: string;
}
