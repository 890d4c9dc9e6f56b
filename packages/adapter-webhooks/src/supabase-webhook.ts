import { readWebUrl } from '@postern/core';
import { type HttpResponse, problemResponse, toProblemError } from '@postern/http';
import * as z from 'zod';
import { standardSignature } from './standard-webhook.js';
import {
  SUPABASE_USAGE_TYPES,
  type SupabaseCall,
  type SupabaseEmailKind,
  supabaseCallSchema,
  supabaseEmails,
} from './supabase-emails.js';
import { createWebhook, type Webhook } from './webhook.js';
import { type SignedWebhookOptions, signedWebhookOptionsSchema } from './webhook-options.js';
import type { WebhookSystem } from './webhook-system.js';

/** Options of {@link createSupabaseWebhook}. */
export interface SupabaseWebhookOptions extends SignedWebhookOptions<SupabaseCall, SupabaseEmailKind> {
  /** The secret of the hook, such as `v1,whsec_…`. To rotate it, pass a list, or join the secrets with `|`. */
  secret: string | readonly string[];
  /** How long codes and links are valid: the setting "Email OTP Expiration", in milliseconds. @default 3600000 */
  validityMs?: number | undefined;
  /**
   * The URL of the Auth API, such as `https://PROJECT.supabase.co/auth/v1`. Links open `/verify` below it.
   * @default `site_url` of the call, with `/auth/v1` added if it has no path
   */
  authUrl?: string | undefined;
}

const optionsSchema = signedWebhookOptionsSchema<SupabaseCall>().safeExtend({
  validityMs: z.int().min(1000).default(3_600_000),
  authUrl: z
    .string()
    .refine((url) => readWebUrl(url) !== undefined, 'must be an https URL')
    .optional(),
});

/**
 * Creates the endpoint for Supabase's Send Email Hook. It verifies the Standard Webhooks signature, and sends each email
 * once, although Supabase repeats calls with a new `webhook-id`.
 *
 * Supabase waits for 5 seconds. With a `queue` or `waitUntil`, the response does not depend on the mail server. Supabase
 * shows a failure to the person, with the title of the problem.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://github.com/supabase/auth/blob/master/internal/hooks/hookshttp/hookshttp.go
 *
 * @example
 * ```ts
 * const webhook = createSupabaseWebhook({ mailer, secret: process.env.SEND_EMAIL_HOOK_SECRET });
 * app.post('/webhooks/supabase', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createSupabaseWebhook(options: SupabaseWebhookOptions): Webhook {
  return createWebhook(SUPABASE, options);
}

const SUPABASE: WebhookSystem<SupabaseCall, z.output<typeof optionsSchema>> = {
  name: 'supabase',
  caller: 'createSupabaseWebhook',
  optionsSchema,
  authenticate: (settings, caller) => standardSignature('webhook', settings, caller),
  callSchema: supabaseCallSchema,
  usageTypes: SUPABASE_USAGE_TYPES,
  identityOf: ({ metadata }, id) => metadata?.uuid ?? id,
  emailsOf: supabaseEmails,
  respondToFailure,
};

/** Supabase shows an error only if the status is 200. */
function respondToFailure(error: unknown): HttpResponse {
  const { status, headers } = problemResponse(error);
  const body = JSON.stringify({ error: { http_code: status, message: toProblemError(error).message } });
  return { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body };
}
