import { preferredLocale } from '@postern/core';
import * as z from 'zod';
import type { HttpRequest } from './http-message.js';

/** The languages that the client accepts (RFC 9110 section 12.5.4), or `undefined` if it has no preference. */
export function acceptedLocalesOf(request: HttpRequest): string | undefined {
  const header = request.header('accept-language');
  return preferredLocale(header) === undefined ? undefined : header;
}

/** The language that the client prefers. */
export const localeOf = (request: HttpRequest): string | undefined =>
  preferredLocale(request.header('accept-language'));

/** The `locale` of a body. It can be `null`, because JSON has no `undefined`. */
export const localeSchema = z
  .union(
    [z.string().max(1000), z.array(z.string().max(1000)).max(50)],
    'must be a language tag such as "de-CH", an Accept-Language value, or a list of them',
  )
  .nullish();
