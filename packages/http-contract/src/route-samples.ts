import type { OperationId } from '@postern/http';
import { somebody, type World } from './contract-world.js';

/** A valid request for a route. */
export interface Sample {
  /** Creates the data that the request needs. */
  prepare(world: World): Promise<{ path?: string; body?: Record<string, unknown> }>;
  readonly status: number;
  /** Whether the route needs the mail server. */
  readonly mails: boolean;
  /** Exhausts a limit. The next valid request with the same body then returns a 429 with this code. */
  limit?(world: World, body: Record<string, unknown>): Promise<{ code: string; policy: string }>;
}

const cooldown = async (world: World, body: Record<string, unknown>) => {
  await world.post('/verification-codes', body);
  return { code: 'cooldown', policy: 'cooldown' };
};

/** One sample per route. The type requires every route. */
export const SAMPLES: Readonly<Record<OperationId, Sample>> = {
  sendMessage: {
    prepare: async () => ({
      body: { to: somebody(), type: 'SignIn', payload: { code: '482913' }, ip: '203.0.113.7' },
    }),
    status: 200,
    mails: true,
  },
  sendTest: { prepare: async () => ({ body: { to: somebody() } }), status: 200, mails: true },
  startCode: {
    prepare: async () => ({ body: { email: somebody() } }),
    status: 204,
    mails: true,
    limit: cooldown,
  },
  verifyCode: {
    async prepare(world) {
      const email = somebody();
      await world.post('/verification-codes', { email });
      return { body: { email, verificationCode: await world.trap.inbox.waitForCode(email) } };
    },
    status: 204,
    mails: false,
    async limit(world, body) {
      for (let guess = 0; guess < 5; guess++)
        await world.post('/verification-codes/verify', { ...body, verificationCode: 'wrong' });
      return { code: 'attempts_exhausted', policy: 'guesses' };
    },
  },
  startLink: {
    prepare: async () => ({ body: { email: somebody() } }),
    status: 204,
    mails: true,
    limit: cooldown,
  },
  showLink: { prepare: prepareLink, status: 200, mails: false },
  consumeLink: { prepare: prepareLink, status: 204, mails: false },
  showProtectedLink: { prepare: prepareProtectedLink, status: 200, mails: false },
  openProtectedLink: { prepare: prepareProtectedLink, status: 200, mails: false },
  getHealth: { prepare: async () => ({}), status: 200, mails: true },
  getOpenApi: { prepare: async () => ({}), status: 200, mails: false },
};

async function prepareLink(world: World): Promise<{ path: string }> {
  const email = somebody();
  await world.post('/links', { email });
  return { path: await world.linkTo(email) };
}

async function prepareProtectedLink({ linkGuard, clock, pathOf }: World): Promise<{ path: string }> {
  const expiresAt = new Date(clock.now() + 600_000);
  const { link } = await linkGuard.protect(new URL('/welcome', linkGuard.url).href, { expiresAt });
  return { path: pathOf(link) };
}
