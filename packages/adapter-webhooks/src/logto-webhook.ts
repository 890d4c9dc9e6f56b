import type { AcceptedLocales, UsageType } from '@postern/core';
import * as z from 'zod';
import { bearerSecret } from './bearer-secret.js';
import { createWebhook, type Webhook } from './webhook.js';
import { type Settings, type WebhookOptions, webhookOptionsSchema } from './webhook-options.js';
import type { WebhookSystem } from './webhook-system.js';

/** @see https://docs.logto.io/integrations/http-email */
const callSchema = z.looseObject({
  to: z.string(),
  type: z.string().min(1).max(200),
  payload: z.record(z.string(), z.unknown()),
  ip: z.string().max(100).nullish(),
});

/** The body of a call by Logto. */
export type LogtoCall = z.output<typeof callSchema>;

/** Options of {@link createLogtoWebhook}. */
export interface LogtoWebhookOptions extends WebhookOptions<LogtoCall, UsageType> {
  /** Logto sends it as `Authorization: Bearer`. At least 16 characters. */
  secret: string | readonly string[];
}

/** The console of Logto sends its tests with this code. */
const TEST_CODE = '000000';

/**
 * Creates the endpoint for the HTTP email connector of Logto Cloud. Logto's types and variables are those of Postern, so they
 * are passed on without changes.
 *
 * Logto shows the error to the person or the administrator, and does not repeat the call.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://github.com/logto-io/logto/blob/master/packages/connectors/connector-http-email/src/index.ts
 *
 * @example
 * ```ts
 * const webhook = createLogtoWebhook({ mailer, secret: process.env.API_SECRET });
 * app.post('/webhooks/logto', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createLogtoWebhook(options: LogtoWebhookOptions): Webhook {
  return createWebhook(LOGTO, options);
}

const LOGTO: WebhookSystem<LogtoCall, Settings<LogtoCall>> = {
  name: 'logto',
  caller: 'createLogtoWebhook',
  optionsSchema: webhookOptionsSchema<LogtoCall>(),
  authenticate: bearerSecret,
  callSchema,
  // Each code is sent once. The same link may be sent again, for example in a reminder of an invitation.
  identityOf: ({ payload: { code } }, id) =>
    typeof code === 'string' && code !== TEST_CODE ? id : undefined,
  emailsOf: ({ to, type, payload, ip }) => [
    { kind: type, to, payload, locale: localesIn(payload), ip: ip ?? undefined },
  ],
};

/** The detected language, then the `ui_locales` of OpenID Connect. */
function localesIn({ locale, uiLocales }: LogtoCall['payload']): AcceptedLocales | undefined {
  const locales = [locale, ...(typeof uiLocales === 'string' ? uiLocales.split(/\s+/) : [])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
  return locales.length > 0 ? locales : undefined;
}
