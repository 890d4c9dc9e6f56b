import { readWebUrl } from '@postern/core';
import * as z from 'zod';
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
  .meta({ id: 'Verified', description: 'The response of the service after a successful verification.' });

/** Calls `onVerified` and checks its result. */
export async function askVerified(
  person: VerifiedPerson,
  request: HttpRequest,
  onVerified: ParsedOptions['onVerified'],
): Promise<VerifiedAnswer> {
  const answer = (await onVerified?.(person, request)) ?? {};
  const redirectTo = answer.redirectTo ?? person.redirectTo;
  requireSendable(answer.headers ?? {});
  return { ...answer, ...(redirectTo !== undefined && { redirectTo: readTarget(redirectTo) }) };
}

/** Responds to clients other than browsers. */
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

/** Accepts a path on this site or an absolute https URL. Rejects `//elsewhere`, `/\elsewhere`, and `javascript:`. */
function readTarget(target: string): string {
  const url = URL.canParse(target, HERE) ? new URL(target, HERE) : undefined;
  // A URL parser normalizes `/.//elsewhere` to `//elsewhere`.
  if (target.startsWith('/') && url?.origin === HERE && !url.pathname.startsWith('//'))
    return url.href.slice(HERE.length);
  const page = readWebUrl(target);
  if (page) return page.href;
  throw new TypeError('redirectTo must be a path that starts with one slash, or an absolute https URL.');
}
