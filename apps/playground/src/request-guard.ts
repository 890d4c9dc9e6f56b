import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { refusal } from './problem.js';
import { TOKEN_HEADER } from './wire/session.js';

const OWN_NAMES = ['127.0.0.1', 'localhost'];
const READING = ['GET', 'HEAD'];

/** The name without the port, which changes if the port is forwarded. */
const nameOf = (host: string | undefined) => host?.toLowerCase().replace(/:\d*$/, '');

/** Rejects other host names, which protects from DNS rebinding. */
export const requireOwnHost: RequestHandler = (request, _response, next) => {
  if (OWN_NAMES.includes(nameOf(request.headers.host) ?? '')) return next();
  throw refusal('host_refused', { hint: 'Open the address that the playground printed when it started.' });
};

const isOwnOrigin = ({ headers: { origin, host } }: Request): boolean =>
  origin === undefined || origin === `http://${host}`;

function isOwnSite(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined) return true;
  // Requests from the address bar have no origin, and only read.
  return site === 'same-origin' || (site === 'none' && READING.includes(request.method));
}

/** Rejects requests that a browser sends from other sites. Other programs send no such headers. */
export const requireOwnSite: RequestHandler = (request, _response, next) => {
  if (isOwnOrigin(request) && isOwnSite(request)) return next();
  throw refusal('cross_site', { hint: 'Use the page that the playground serves.' });
};

/** Creates the token of this run. */
export const createToken = (): string => randomBytes(32).toString('base64url');

/** Requests with side effects need the token, which only the page has. */
export function requireToken(token: string): RequestHandler {
  const expected = Buffer.from(token);
  return (request, _response, next) => {
    if (READING.includes(request.method)) return next();
    const given = Buffer.from(request.get(TOKEN_HEADER) ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
    throw refusal('token_missing', {
      hint: `Reload the page, because the playground restarted. Programs must send the token of GET /api/session in the header ${TOKEN_HEADER}.`,
    });
  };
}

/** Forms of other sites cannot send JSON without a preflight request, which fails. */
export const requireJson: RequestHandler = (request, _response, next) => {
  // For an empty body, `is` returns null.
  if (READING.includes(request.method) || request.is('application/json') !== false) return next();
  throw refusal('unsupported_media_type', { hint: 'Set the Content-Type to application/json.' });
};

/** The headers of every response. The page has another policy. */
export const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-DNS-Prefetch-Control': 'off',
  });
  next();
};
