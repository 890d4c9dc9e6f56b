import { parseRecipient } from '@postern/core';
import { VerificationError } from '@postern/verification';
import { Router } from 'express';
import { ProblemError, toProblemError } from '../problem.js';
import { readBody, readQuery } from '../request-input.js';
import type { SignInDesk } from '../sign-in-desk.js';
import {
  checkSignInRequestSchema,
  type SignInLink,
  type StartedSignIn,
  signInLinkRequestSchema,
  signInStateQuerySchema,
  startSignInRequestSchema,
  type VerifiedSignIn,
} from '../wire/sign-in.js';

/** A code that is gone and a link that is gone are different things to say. */
async function ofLink<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof VerificationError)) throw error;
    if (error.code === 'not_found')
      throw new ProblemError({ ...toProblemError(error).problem, hint: 'Ask for a new one.' });
    throw new ProblemError({
      status: 410,
      code: 'link_expired',
      title: 'The link has expired.',
      hint: 'Ask for a new one.',
    });
  });
}

export function signInRoutes({ desk }: { desk: () => SignInDesk }): Router {
  const router = Router();

  /** Every refusal says where this address stands. */
  async function withState<T>(to: string, type: string, answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      const { problem } = toProblemError(error);
      throw new ProblemError({ ...problem, state: desk().stateOf(to, type) });
    });
  }

  router.get('/sign-in', (request, response) => {
    const { to, type } = readQuery(signInStateQuerySchema, request);
    response.json(desk().stateOf(to, type));
  });

  router.post('/sign-in/start', async (request, response) => {
    const { to, type, method, locale } = readBody(startSignInRequestSchema, request);
    const wanted = { to, type, method, ip: request.ip, ...(locale && { locale }) };
    const { id } = await withState(to, type, desk().start(wanted));
    const started: StartedSignIn = { id, to: parseRecipient(to), state: desk().stateOf(to, type) };
    response.json(started);
  });

  router.post('/sign-in/check', async (request, response) => {
    const { to, type, code } = readBody(checkSignInRequestSchema, request);
    const person = await withState(to, type, desk().check({ to, type, code }));
    const verified: VerifiedSignIn = { status: 'verified', ...person, state: desk().stateOf(to, type) };
    response.json(verified);
  });

  router.post('/sign-in/link/peek', async (request, response) => {
    const { token } = readBody(signInLinkRequestSchema, request);
    const { to, type, expiresAt } = await ofLink(desk().peekLink(token));
    const link: SignInLink = { to, type, expiresAt: expiresAt.toISOString() };
    response.json(link);
  });

  router.post('/sign-in/link/confirm', async (request, response) => {
    const { token } = readBody(signInLinkRequestSchema, request);
    const { to, type } = await ofLink(desk().consumeLink(token));
    const verified: VerifiedSignIn = { status: 'verified', to, type, state: desk().stateOf(to, type) };
    response.json(verified);
  });

  router.post('/sign-in/reset', (_request, response) => {
    desk().reset();
    response.status(204).end();
  });
  return router;
}
