import { parseRecipient } from '@postern/core';
import { NO_CLIENT } from '@postern/verification';
import { type Request, Router } from 'express';
import { refusal } from '../problem.js';
import { readBody } from '../request-input.js';
import { POLICY, type SignInDesk } from '../sign-in-desk.js';
import {
  checkSignInRequestSchema,
  type ScannedLink,
  type StartedSignIn,
  scanRequestSchema,
  startSignInRequestSchema,
  type VerifiedSignIn,
} from '../wire/sign-in.js';

export interface SignInRoutesOptions {
  desk(request: Request): SignInDesk;
  /** Discards all codes, links, and limits. */
  reset(): void;
}

export function signInRoutes({ desk, reset }: SignInRoutesOptions): Router {
  const router = Router();

  router.get('/sign-in/policy', (_request, response) => {
    response.json(POLICY);
  });

  router.post('/sign-in/start', async (request, response) => {
    const { locale, ...wanted } = readBody(startSignInRequestSchema, request);
    const { verification, linkGuard } = desk(request);
    const { id, expiresAt, resendAfter } = await verification.start({
      ...wanted,
      ...(request.ip !== undefined && { ip: request.ip }),
      ...(locale && { locale }),
      requestContext: { userAgent: request.get('User-Agent') },
      async protectLink(link, validity) {
        const { setCookie, ...shown } = await linkGuard.protect(link, {
          ...{ ...validity, to: wanted.to, method: 'POST', cookie: request.get('Cookie') },
        });
        if (setCookie !== undefined) response.append('Set-Cookie', setCookie);
        return shown;
      },
    });
    const to = parseRecipient(wanted.to);
    const started: StartedSignIn = { id, to, expiresAt: expiresAt.toISOString(), resendAfter };
    response.json(started);
  });

  router.post('/sign-in/check', async (request, response) => {
    const wanted = readBody(checkSignInRequestSchema, request);
    const { to, type } = await desk(request).verification.check({ ...wanted, ip: NO_CLIENT });
    const verified: VerifiedSignIn = { status: 'verified', to, type };
    response.json(verified);
  });

  router.post('/sign-in/scan', async (request, response) => {
    const { link } = readBody(scanRequestSchema, request);
    if (!link.startsWith(`${desk(request).linkGuard.url}?`))
      throw refusal('request_invalid', { detail: 'The link is not a sign-in link of the playground.' });
    const visits: ScannedLink['visits'][number][] = [];
    for (const method of ['GET', 'HEAD', 'POST']) {
      // The requests have no cookies.
      const { status } = await fetch(link, { method, headers: { Accept: 'text/html' } });
      visits.push({ method, status });
    }
    const scanned: ScannedLink = { visits };
    response.json(scanned);
  });

  router.post('/sign-in/reset', (_request, response) => {
    reset();
    response.status(204).end();
  });
  return router;
}
