import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { refusal } from './problem.js';
import { TOKEN_HEADER } from './wire/session.js';

const OWN_NAMES = ['127.0.0.1', 'localhost'];
const READING = ['GET', 'HEAD'];

/** The name without the port, which differs where the port is forwarded. */
const nameOf = (host: string | undefined) => host?.toLowerCase().replace(/:\d*$/, '');

/** Answers only to its own names, so that no page can point a name of its own at it (DNS rebinding). */
export const requireOwnHost: RequestHandler = (request, _response, next) => {
  if (OWN_NAMES.includes(nameOf(request.headers.host) ?? '')) return next();
  throw refusal('host_refused', { hint: 'Open the address that it printed when it started.' });
};

const isOwnOrigin = ({ headers: { origin, host } }: Request): boolean =>
  origin === undefined || origin === `http://${host}`;

function isOwnSite(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined) return true;
  // What is typed into the address bar comes from no site, and only reads.
  return site === 'same-origin' || (site === 'none' && READING.includes(request.method));
}

/** Browsers say where a request comes from; what has no browser around it says nothing. */
export const requireOwnSite: RequestHandler = (request, _response, next) => {
  if (isOwnOrigin(request) && isOwnSite(request)) return next();
  throw refusal('cross_site', { hint: 'Use the page that the playground serves.' });
};

/** New on every start. */
export const createToken = (): string => randomBytes(32).toString('base64url');

/** Whatever changes something has to know the token, which only the page was told. */
export function requireToken(token: string): RequestHandler {
  const expected = Buffer.from(token);
  return (request, _response, next) => {
    if (READING.includes(request.method)) return next();
    const given = Buffer.from(request.get(TOKEN_HEADER) ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
    throw refusal('token_missing', {
      hint: `Reload the page: the playground was restarted. Programs send the header ${TOKEN_HEADER} with the token of GET /api/session.`,
    });
  };
}

/** Forms of other sites can't send this type without asking first, and are never told yes. */
export const requireJson: RequestHandler = (request, _response, next) => {
  // Without a body, `is` says null.
  if (READING.includes(request.method) || request.is('application/json') !== false) return next();
  throw refusal('unsupported_media_type', { hint: 'Send it with Content-Type: application/json.' });
};

/** What every answer carries; the policy of the page is set with the page. */
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
