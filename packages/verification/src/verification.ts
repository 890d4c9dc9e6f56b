import { canonicalAddress, maskAddress, parseRecipient, parseSendRequest, systemClock } from '@postern/core';
import { type Contents, createKeyring } from './keyring.js';
import { drawToken, idOfToken, linkWith } from './link-token.js';
import { drawCode, readCode } from './one-time-code.js';
import { systemRandom } from './random.js';
import { StoreLimiter } from './store-limiter.js';
import { type RateLimitScope, toSeconds, VerificationError } from './verification-error.js';
import { parseOptions, type VerificationOptions } from './verification-options.js';
import {
  allowedRedirect,
  type CancelRequest,
  type CheckRequest,
  cancelRequestSchema,
  checkRequestSchema,
  parseRequest,
  readRedirect,
  refuse,
  type StartRequest,
  startRequestSchema,
  tokenSchema,
} from './verification-request.js';
import type { TakeRequest } from './verification-store.js';

export interface Started {
  /** Also the `idempotencyKey` of the email. */
  id: string;
  expiresAt: Date;
  /** When the next start can succeed, in seconds. */
  resendAfter: number;
}

export interface Verified {
  status: 'verified';
  /** The address that the email went to. Find the account by the {@link canonicalAddress} of it. */
  to: string;
  type: string;
  id: string;
}

export interface VerifiedLink extends Verified {
  redirectTo?: string;
}

export interface LinkPreview {
  /** Masked: `a***@example.com`. */
  to: string;
  type: string;
  expiresAt: Date;
}

/** Issues one-time codes and links, and checks them. */
export interface Verification {
  /**
   * Makes a code or a link, keeps a digest of it, and sends it. It takes the place of the former one of this address
   * and type.
   *
   * @throws {VerificationError} `cooldown`, `rate_limited`, `attempts_exhausted`
   * @throws {MailError} when the request is not valid or the email can't be sent
   */
  start(request: StartRequest): Promise<Started>;
  /**
   * Checks what a person typed. A right code is used up; a wrong one costs a guess.
   *
   * @throws {VerificationError} `code_incorrect`, `code_expired`, `not_found`, `attempts_exhausted`
   * @throws {MailError} `recipient_invalid`, `payload_invalid`
   */
  check(request: CheckRequest): Promise<Verified>;
  /**
   * Reads a link and consumes nothing: for the page that a GET shows.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  peekLink(token: string): Promise<LinkPreview>;
  /**
   * Uses a link up: for the POST of that page. Never call it for a GET, which mail scanners send.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  consumeLink(token: string): Promise<VerifiedLink>;
  /** Makes the code or link of this address and type worthless. Limits stay. */
  cancel(request: CancelRequest): Promise<void>;
  /**
   * Why no code or link of this type can be sent, as far as the options and the mailer's templates tell. Routes ask at
   * start, so that a person doesn't find out first.
   *
   * @returns `undefined` when nothing is known to be wrong
   */
  findObstacle(request: { type: string; method: 'code' | 'link' }): string | undefined;
}

/**
 * Makes a verification from a mailer, a store and a secret.
 *
 * @throws {ConfigError} when an option can't be used, with every problem
 *
 * @example
 * ```ts
 * const verification = createVerification({ mailer, store: postgresStore({ pool }), secret });
 * await verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'code', ip });
 * await verification.check({ to: 'ada@example.com', type: 'SignIn', code: '482913' });
 * ```
 */
export function createVerification(options: VerificationOptions): Verification {
  const { mailer, store, onSuperseded, clock, random = systemRandom } = options;
  const { secret, policy, linkUrl } = parseOptions(options);
  const keyring = createKeyring(secret);

  const time = clock ?? systemClock;
  const at = () => (clock ? { now: clock.now() } : {});
  const limiter = (rule: { limit: number; window: number }) =>
    new StoreLimiter({ store, now: () => clock?.now(), ...rule });
  const perIp = limiter(policy.perIp);
  const perAddress = limiter(policy.perAddress);
  const guesses = limiter(policy.guesses);
  const cooldown = limiter({ limit: 1, window: policy.cooldown });

  const guessesKey = (subject: string) => `guesses:${subject}`;
  const cooldownKey = (address: string) => `cooldown:${keyring.digest('address', address)}`;

  const limited = (scope: RateLimitScope) => (ms: number) =>
    new VerificationError('rate_limited', { scope, retryAfter: toSeconds(ms) });
  const exhausted = (ms: number) =>
    new VerificationError('attempts_exhausted', { retryAfter: toSeconds(ms) });
  const cooling = (ms: number) => new VerificationError('cooldown', { retryAfter: toSeconds(ms) });

  const release = (address: string) =>
    // Why the start failed matters more than that this did too; the cooldown ends by itself.
    cooldown.delete(cooldownKey(address)).catch(() => undefined);

  /** What is made before anything is sent: the secret of the email, and where it is found again. */
  function draw(method: 'code' | 'link') {
    if (method === 'code') {
      const value = drawCode(policy, random);
      return { value, id: Buffer.from(random.bytes(16)).toString('base64url'), variables: { code: value } };
    }
    if (linkUrl === undefined) throw refuse("method 'link' needs the option linkUrl of createVerification");
    const value = drawToken(random);
    return { value, id: idOfToken(value) ?? '', variables: { link: linkWith(value, linkUrl) } };
  }

  async function start(input: StartRequest): Promise<Started> {
    const { to, type, method, ip, redirectTo, deliver } = parseRequest(startRequestSchema, input);
    const address = canonicalAddress(to);
    const recipient = parseRecipient(to);
    const contents: Contents = {
      to: recipient,
      type,
      ...(redirectTo && { redirectTo: readRedirect(redirectTo, policy.redirectOrigins) }),
    };
    const { value, id, variables } = draw(method);
    const request = { to: recipient, type, locale: input.locale, ip: input.ip, idempotencyKey: id };
    parseSendRequest({ ...request, payload: { ...input.payload, ...variables } });
    const [subject = '', ...olderSubjects] = keyring.digests('subject', type, address);

    if (ip) await perIp.take(`ip:${keyring.digest('ip', ip)}`, limited('ip'));
    const used = await guesses.get(guessesKey(subject));
    if (used && used.remainingPoints === 0) throw exhausted(used.msBeforeNext);
    const cool = await cooldown.take(cooldownKey(address), cooling);
    const takenAt = time.now();
    try {
      await perAddress.take(`address:${keyring.digest('address', address)}`, limited('address'));
      const superseded = [];
      for (const older of olderSubjects) superseded.push(await store.remove({ subject: older, ...at() }));
      const ttl = method === 'code' ? policy.codeTtl : policy.linkTtl;
      const kept = await store.put({
        challenge: {
          id,
          subject,
          mac: keyring.sign([method, type, address, value]),
          sealed: keyring.seal(id, value, contents),
        },
        ttlMs: ttl * 1000,
        ...at(),
      });
      for (const former of [...superseded, kept.superseded]) if (former) await onSuperseded?.({ id: former });
      if (deliver) {
        const { expiresAt } = kept;
        const payload = { ...input.payload, ...variables };
        await mailer.send(parseSendRequest({ ...request, payload, expiresAt }), { signal: input.signal });
      }
      return { id, expiresAt: kept.expiresAt, resendAfter: Math.ceil(cool.msBeforeNext / 1000) };
    } catch (error) {
      // After that long the cooldown is over, and what runs now may be that of another start.
      if (time.now() - takenAt < policy.cooldown * 1000) await release(address);
      throw error;
    }
  }

  async function check(input: CheckRequest): Promise<Verified> {
    const { to, type, code: typed } = parseRequest(checkRequestSchema, input);
    const address = canonicalAddress(to);
    const code = readCode(typed, policy);
    for (const subject of keyring.digests('subject', type, address)) {
      const counter = guessesKey(subject);
      const found = await store.guess({ subject, counter, windowMs: guesses.msDuration, ...at() });
      if (!found) continue;
      const { challenge } = found;
      if (!challenge.isAlive) throw new VerificationError('code_expired');
      const attemptsLeft = guesses.points - found.guesses.count;
      if (attemptsLeft < 0) throw exhausted(found.guesses.resetMs);
      const isRight = keyring.matches(challenge.mac, ['code', type, address, code]);
      const contents = isRight ? keyring.open(challenge, code) : undefined;
      if (!contents) throw new VerificationError('code_incorrect', { attemptsLeft });
      // It was no wrong guess; and whoever read the email need not wait for the next one.
      await take({ id: challenge.id, refund: counter, clear: cooldownKey(address) });
      return { status: 'verified', to: contents.to, type, id: challenge.id };
    }
    throw new VerificationError('not_found');
  }

  async function take(request: TakeRequest): Promise<void> {
    if (!(await store.take({ ...request, ...at() }))) throw new VerificationError('not_found');
  }

  async function readLink(input: string) {
    const token = parseRequest(tokenSchema, input);
    const id = idOfToken(token);
    const challenge = id === undefined ? undefined : await store.find({ id, ...at() });
    const contents = challenge && keyring.open(challenge, token);
    if (!contents) throw new VerificationError('not_found');
    const address = canonicalAddress(contents.to);
    if (!keyring.matches(challenge.mac, ['link', contents.type, address, token]))
      throw new VerificationError('not_found');
    if (!challenge.isAlive) throw new VerificationError('code_expired');
    return { challenge, contents, address };
  }

  return {
    start,
    check,
    async peekLink(token) {
      const { challenge, contents } = await readLink(token);
      return { to: maskAddress(contents.to), type: contents.type, expiresAt: challenge.expiresAt };
    },
    async consumeLink(token) {
      const { challenge, contents, address } = await readLink(token);
      await take({ id: challenge.id, clear: cooldownKey(address) });
      const { redirectTo, ...person } = contents;
      // The policy can have changed since the link was sent.
      const allowed = redirectTo && allowedRedirect(redirectTo, policy.redirectOrigins);
      return { status: 'verified', id: challenge.id, ...person, ...(allowed && { redirectTo: allowed }) };
    },
    async cancel(input) {
      const { to, type } = parseRequest(cancelRequestSchema, input);
      for (const subject of keyring.digests('subject', type, canonicalAddress(to))) {
        const id = await store.remove({ subject, ...at() });
        if (id !== undefined) await onSuperseded?.({ id });
      }
    },
    findObstacle({ type, method }) {
      if (method === 'link' && linkUrl === undefined)
        return 'Links need the option `linkUrl` of createVerification.';
      return mailer.canShow?.(type, method) === false
        ? `The template for ${type} must show {{${method}}}, in every language.`
        : undefined;
    },
  };
}
