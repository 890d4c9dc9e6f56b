import { parseRecipient } from '@postern/core';
import { NO_CLIENT, VerificationError } from '@postern/verification';
import { Router } from 'express';
import { ProblemError } from '../problem.js';
import { readBody } from '../request-input.js';
import { POLICY, type SignInDesk } from '../sign-in-desk.js';
import {
  checkSignInRequestSchema,
  type SignInLink,
  type StartedSignIn,
  signInLinkRequestSchema,
  startSignInRequestSchema,
  type VerifiedSignIn,
} from '../wire/sign-in.js';

/** For links, the verification reports an expired link as an expired code. */
async function ofLink<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof VerificationError) || error.code === 'not_found') throw error;
    throw new ProblemError({
      status: 410,
      code: 'link_expired',
      title: 'The link has expired.',
      hint: 'Request a new link.',
    });
  });
}

export function signInRoutes({ desk }: { desk: () => SignInDesk }): Router {
  const router = Router();

  router.get('/sign-in/policy', (_request, response) => {
    response.json(POLICY);
  });

  router.post('/sign-in/start', async (request, response) => {
    const { locale, ...wanted } = readBody(startSignInRequestSchema, request);
    const { id, expiresAt, resendAfter } = await desk().verification.start({
      ...wanted,
      ...(request.ip !== undefined && { ip: request.ip }),
      ...(locale && { locale }),
    });
    const to = parseRecipient(wanted.to);
    const started: StartedSignIn = { id, to, expiresAt: expiresAt.toISOString(), resendAfter };
    response.json(started);
  });

  router.post('/sign-in/check', async (request, response) => {
    const wanted = readBody(checkSignInRequestSchema, request);
    const { to, type } = await desk().verification.check({ ...wanted, ip: NO_CLIENT });
    const verified: VerifiedSignIn = { status: 'verified', to, type };
    response.json(verified);
  });

  router.post('/sign-in/link/peek', async (request, response) => {
    const { token } = readBody(signInLinkRequestSchema, request);
    const { to, type, expiresAt } = await ofLink(desk().verification.peekLink(token));
    const link: SignInLink = { to, type, expiresAt: expiresAt.toISOString() };
    response.json(link);
  });

  router.post('/sign-in/link/confirm', async (request, response) => {
    const { token } = readBody(signInLinkRequestSchema, request);
    const { to, type } = await ofLink(desk().verification.consumeLink(token));
    const verified: VerifiedSignIn = { status: 'verified', to, type };
    response.json(verified);
  });

  router.post('/sign-in/reset', (_request, response) => {
    desk().reset();
    response.status(204).end();
  });
  return router;
}
