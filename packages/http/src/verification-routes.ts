import { MailError, parseRecipient, preferredLocale, type UsageType } from '@postern/core';
import * as z from 'zod';
import { type HttpRequest, type HttpResponse, respond } from './http-message.js';
import { createLinkBinding } from './link-binding.js';
import { linkRoutes } from './link-routes.js';
import { acceptedLocalesOf, localeSchema } from './locale.js';
import type { ParsedOptions, VerificationCalls } from './mail-handler-options.js';
import { SEND_PROBLEMS } from './message-routes.js';
import { cooldownHeaders, type ProblemCode, ProblemError } from './problem.js';
import { defineRoute, type Route } from './route.js';
import { respondVerified, verifiedSchema } from './verified-answer.js';

const START_PROBLEMS = [
  ...SEND_PROBLEMS,
  'forbidden',
  'attempts_exhausted',
  'cooldown',
  'rate_limited',
] as const satisfies readonly ProblemCode[];

const email = z
  .string('must be a string')
  .max(1000, 'is too long')
  .meta({ examples: ['ada@example.com'] });

/**
 * The address for the limits per client network. Some proxies append the port (such as Azure's), so it is removed. Other
 * values that are not addresses are unchanged, and the verification counts them in one shared limit.
 */
function addressOf({ clientAddress = '' }: HttpRequest): string {
  const { v4, v6 } = /^(?:(?<v4>[\d.]+)|\[(?<v6>[^\]]+)\])(?::\d+)?$/.exec(clientAddress)?.groups ?? {};
  return v4 ?? v6 ?? clientAddress;
}

/**
 * Public requests contain no variables for the email, except for the redirect. If the email cannot be created, the cause is
 * the configuration.
 */
function misconfigured(error: unknown, obstacle: string | undefined): unknown {
  if (!(error instanceof MailError && ['payload_invalid', 'template_not_found'].includes(error.code)))
    return error;
  return new MailError('config_invalid', `No code or link can be sent. ${obstacle ?? error.message}`, {
    stage: 'config',
    cause: error,
  });
}

/** The routes for codes and links. */
export function verificationRoutes(
  verification: VerificationCalls,
  options: ParsedOptions,
): readonly Route[] {
  const { linkGuard, onStart, onVerified, requestContext, verificationMethods, verificationTypes } = options;
  const { waitUntil } = options;
  const bindLink = linkGuard?.binding === 'browser' ? createLinkBinding(linkGuard) : () => undefined;

  const [firstType] = verificationTypes;
  const type = z
    .enum(verificationTypes, `must be one of ${verificationTypes.join(', ')}`)
    .default(verificationTypes.includes('SignIn') ? 'SignIn' : firstType);
  const startShape = { email, type, locale: localeSchema };
  const codeSchema = z
    .object(startShape, 'must be an object with email')
    .meta({ id: 'CodeRequest', description: 'Requests a code by email.' });
  const checkSchema = z
    .object(
      {
        email,
        verificationCode: z.string('must be a string').min(1, 'must not be empty').max(200, 'is too long'),
        type,
      },
      'must be an object with email and verificationCode',
    )
    .meta({ id: 'CodeCheck', description: 'A code that a user typed.' });
  const linkSchema = z
    .object(
      { ...startShape, redirectTo: z.string('must be a string').max(4000, 'is too long').nullish() },
      'must be an object with email',
    )
    .meta({ id: 'LinkRequest', description: 'Requests a link by email.' });

  async function start(
    method: 'code' | 'link',
    body: z.output<typeof linkSchema>,
    request: HttpRequest,
  ): Promise<HttpResponse> {
    const locale = body.locale?.length ? body.locale : acceptedLocalesOf(request);
    const to = parseRecipient(body.email);
    const decision =
      (await onStart?.({ email: to, type: body.type, method, locale: preferredLocale(locale) }, request)) ??
      'send';
    if (decision === 'refuse') throw new ProblemError('forbidden');
    if (decision !== 'send' && decision !== 'pretend')
      throw new TypeError("onStart must return 'send', 'pretend', or 'refuse'.");
    const binding = method === 'link' ? bindLink(request, to) : undefined;
    const starting = verification.start({
      to,
      // The schema accepts only types from the options, which the compiler does not know.
      type: body.type as UsageType,
      method,
      deliver: decision === 'send',
      ...(locale !== undefined && { locale }),
      ...(body.redirectTo && { redirectTo: body.redirectTo }),
      ...(binding && { protectLink: binding.protectLink }),
      ip: addressOf(request),
      requestContext: requestContext?.(request),
      ...(waitUntil && { waitUntil: (sending: Promise<void>) => waitUntil(sending, request) }),
    });
    const { resendAfter } = await starting.catch((error: unknown) => {
      const obstacle = verification.findObstacle?.({ type: body.type, method });
      throw body.redirectTo && !obstacle ? error : misconfigured(error, obstacle);
    });
    return respond(204, undefined, { ...cooldownHeaders(resendAfter), ...binding?.headers() });
  }

  const codeRoutes = [
    defineRoute({
      method: 'POST',
      path: '/verification-codes',
      operationId: 'startCode',
      access: 'public',
      summary: 'Sends a one-time code.',
      body: codeSchema,
      answers: { 204: { description: 'The request was accepted.' } },
      problems: START_PROBLEMS,
      handle: ({ body, request }) => start('code', body, request),
    }),
    defineRoute({
      method: 'POST',
      path: '/verification-codes/verify',
      operationId: 'verifyCode',
      access: 'public',
      summary: 'Checks a one-time code. A correct code cannot be used again.',
      body: checkSchema,
      answers: {
        204: { description: 'The code is correct.' },
        200: { description: 'The code is correct, and the service returns JSON.', schema: verifiedSchema },
      },
      problems: [
        'recipient_invalid',
        'forbidden',
        'code_incorrect',
        'code_superseded',
        'code_expired',
        'attempts_exhausted',
        'rate_limited',
      ],
      async handle({ body, request }) {
        const { email: to, verificationCode: code } = body;
        const verified = await verification.check({
          ...{ to, type: body.type as UsageType, code },
          ip: addressOf(request),
        });
        return respondVerified({ ...verified, method: 'code' }, request, onVerified);
      },
    }),
  ];
  const routesOfLinks = [
    defineRoute({
      method: 'POST',
      path: '/links',
      operationId: 'startLink',
      access: 'public',
      summary: 'Sends a one-time link.',
      body: linkSchema,
      answers: { 204: { description: 'The request was accepted.' } },
      problems: START_PROBLEMS,
      handle: ({ body, request }) => start('link', body, request),
    }),
    ...linkRoutes(verification, options),
  ];
  return [
    ...(verificationMethods.includes('code') ? codeRoutes : []),
    ...(verificationMethods.includes('link') ? routesOfLinks : []),
  ];
}
