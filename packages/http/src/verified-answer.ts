import { readWebUrl } from '@postern/core';
import { z } from 'zod';
import {
  type HttpRequest,
  type HttpResponse,
  requireSendable,
  respond,
  respondJson,
} from './http-message.js';
import type { ParsedOptions, VerifiedAnswer, VerifiedPerson } from './mail-handler-options.js';

export const verifiedSchema = z
  .looseObject({ redirectTo: z.string().optional() })
  .meta({ id: 'Verified', description: 'What the service says to someone who was verified.' });

/** Asks the application what follows, and checks what it says. */
export async function askVerified(
  person: VerifiedPerson,
  request: HttpRequest,
  onVerified: ParsedOptions['onVerified'],
): Promise<VerifiedAnswer> {
  const answer = (await onVerified?.(person, request)) ?? {};
  const redirectTo = answer.redirectTo ?? ('redirectTo' in person ? person.redirectTo : undefined);
  requireSendable(answer.headers ?? {});
  return { ...answer, ...(redirectTo !== undefined && { redirectTo: readTarget(redirectTo) }) };
}

/** The answer to a program. */
export async function respondVerified(
  person: VerifiedPerson,
  request: HttpRequest,
  onVerified: ParsedOptions['onVerified'],
): Promise<HttpResponse> {
  const { headers, body, redirectTo } = await askVerified(person, request, onVerified);
  if (body === undefined && redirectTo === undefined) return respond(204, undefined, headers);
  return respondJson(200, { ...body, ...(redirectTo !== undefined && { redirectTo }) }, headers);
}

const HERE = 'http://here.invalid';

/** A path of this site, or an absolute https URL; never `//elsewhere`, `/\elsewhere` or `javascript:`. */
function readTarget(target: string): string {
  const url = URL.canParse(target, HERE) ? new URL(target, HERE) : undefined;
  // Without its dots, `/.//elsewhere` is `//elsewhere`.
  if (target.startsWith('/') && url?.origin === HERE && !url.pathname.startsWith('//'))
    return url.href.slice(HERE.length);
  const page = readWebUrl(target);
  if (page) return page.href;
  throw new TypeError('redirectTo must be a path that starts with one slash, or an absolute https URL.');
}
