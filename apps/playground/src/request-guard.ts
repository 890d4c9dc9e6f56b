import type { RequestHandler } from 'express';

const OWN_NAMES = ['127.0.0.1', 'localhost'];

/** The name without the port, which differs where the port is forwarded. */
const nameOf = (host: string | undefined) => host?.toLowerCase().replace(/:\d*$/, '');

/** Answers only to its own names, so that no page can point a name of its own at it (DNS rebinding). */
export const requireOwnHost: RequestHandler = (request, response, next) => {
  if (OWN_NAMES.includes(nameOf(request.headers.host) ?? '')) return next();
  response.status(403).json({
    code: 'host_refused',
    message: 'This playground only answers to 127.0.0.1 and localhost.',
    hint: 'Open the address that it printed when it started.',
  });
};

/** Forms of other sites can't send this type without asking first, and are never told yes (CSRF). */
export const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json')) return next();
  response.status(415).json({
    code: 'json_required',
    message: 'The body has to be JSON.',
    hint: 'Send it with Content-Type: application/json.',
  });
};

/** Everything comes from the playground's own files. The frame is for the preview of an email. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': PAGE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-DNS-Prefetch-Control': 'off',
  });
  next();
};
