import {
  canonicalAddress,
  failureLevel,
  MailError,
  maskAddress,
  parseRecipient,
  parseSendRequest,
  systemClock,
} from '@postern/core';
import { addressOf, createClientReader } from './client.js';
import { type Contents, createKeyring } from './keyring.js';
import { createLimits } from './limits.js';
import { drawToken, idOfToken, linkWith } from './link-token.js';
import { drawCode, readCode } from './one-time-code.js';
import { createReport } from './operator-log.js';
import { VerificationError } from './verification-error.js';
import { readVerificationOptions, type VerificationOptions } from './verification-options.js';
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
import { MOST_SUPERSEDED } from './verification-store.js';

export interface Started {
  /** Also the `idempotencyKey` of the email. */
  id: string;
  expiresAt: Date;
  /** When the next start for this address can succeed, in seconds from now. */
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
   * Makes a code or a link, stores a digest of it, and sends it. It replaces the former one of this address and type.
   *
   * A send that fails is not counted, and the next start can succeed after a few seconds. With `waitUntil` it resolves
   * before the email is sent; a failed send is then logged and counted like any other, so that the answers are the
   * same for every address.
   *
   * @throws {VerificationError} `cooldown`, `rate_limited`, `attempts_exhausted`
   * @throws {MailError} when the request is not valid or, without `waitUntil`, when the email can't be sent
   */
  start(request: StartRequest): Promise<Started>;
  /**
   * Checks what a person typed. A right code is used up; a wrong one costs a guess. The code of an earlier email costs
   * nothing: the answer is `code_superseded`. Whether a code is pending for the
   * address makes no difference to anyone who doesn't know that code.
   *
   * @throws {VerificationError} `code_incorrect`, `code_superseded` (to an earlier code only), `code_expired` (to the right
   * code only), `attempts_exhausted`, `rate_limited`
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
  /**
   * Invalidates the code or link of this address and type. Limits stay. It is not limited: call it for people who are
   * signed in, not for every client.
   */
  cancel(request: CancelRequest): Promise<void>;
  /**
   * Why no code or link of this type can be sent, as far as the options and the mailer's templates tell. Routes ask at
   * start, so that a person doesn't find out first.
   *
   * @returns `undefined` when nothing is known to be wrong
   */
  findObstacle(request: { type: string; method: 'code' | 'link' }): string | undefined;
}

/** Compared where there is no challenge, so that this takes as long. */
const NO_MAC = Buffer.alloc(32).toString('base64url');
const NO_MACS: readonly string[] = Array.from({ length: MOST_SUPERSEDED }, () => NO_MAC);

/** After the caller's turn: an answer that waits for `start` is on its way by then. */
const afterwards = (work: () => Promise<void>): Promise<void> =>
  new Promise((resolve) => setTimeout(() => resolve(work()), 0));

/**
 * Makes a verification from a mailer, a store and a secret.
 *
 * @throws {ConfigError} when an option is not valid, with every problem
 *
 * @example
 * ```ts
 * const verification = createVerification({ mailer, store: postgresStore({ pool }), secret });
 * await verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'code', ip });
 * await verification.check({ to: 'ada@example.com', type: 'SignIn', code: '482913', ip });
 * ```
 */
export function createVerification(options: VerificationOptions): Verification {
  const { mailer, store, secret, policy, linkUrl, onSuperseded, clock, logger, random } =
    readVerificationOptions(options);
  const keyring = createKeyring(secret);
  const report = createReport(logger);
  const clientOf = createClientReader(report);

  const at = () => (clock ? { now: clock.now() } : {});
  const limits = createLimits({
    store,
    policy,
    keyring,
    at,
    time: clock ?? systemClock,
  });

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
    const { to, type, method, ip, redirectTo, deliver, waitUntil } = parseRequest(startRequestSchema, input);
    const address = canonicalAddress(to);
    const recipient = parseRecipient(to);
    const contents: Contents = {
      to: recipient,
      type,
      ...(redirectTo && { redirectTo: readRedirect(redirectTo, policy.redirectOrigins) }),
    };
    const { value, id, variables } = draw(method);
    const payload = { ...input.payload, ...variables };
    const request = {
      to: recipient,
      type,
      locale: input.locale,
      ip: addressOf(ip),
      idempotencyKey: id,
      payload,
    };
    parseSendRequest(request);
    const [subject = '', ...olderSubjects] = keyring.digests('subject', type, address);

    const permit = await limits.permitStart({ client: clientOf(ip), address, subject });
    const send = async (expiresAt: Date) => {
      if (deliver) await mailer.send(parseSendRequest({ ...request, expiresAt }), { signal: input.signal });
    };
    try {
      const ttl = method === 'code' ? policy.codeTtl : policy.linkTtl;
      const askedAt = Date.now();
      const { expiresAt, superseded } = await store.put({
        challenge: {
          id,
          subject,
          mac: keyring.sign([method, type, address, value]),
          sealed: keyring.seal(id, value, contents),
        },
        ttlMs: ttl * 1000,
        replaces: olderSubjects,
        ...at(),
      });
      // The mailer goes by the clock of this process. Where that is ahead of the store's, the email is not late for it.
      const sendBy = clock ? expiresAt : new Date(Math.max(expiresAt.getTime(), askedAt + ttl * 1000));
      for (const old of superseded) await onSuperseded?.({ id: old });
      // Also for an address that gets nothing: whoever waits for the work can't tell the two apart.
      if (waitUntil)
        waitUntil(afterwards(() => send(sendBy).catch((error) => reportFailure(id, type, error))));
      else await send(sendBy);
      return { id, expiresAt, resendAfter: permit.resendAfter() };
    } catch (error) {
      // The server may have taken this one.
      if (!(error instanceof MailError && error.code === 'delivery_unknown')) await permit.fail();
      throw error;
    }
  }

  /** By then there is no one to tell but the operator. */
  function reportFailure(id: string, type: string, error: unknown): void {
    const { code, stage, hint } = error instanceof MailError ? error : ({} as Partial<MailError>);
    const reason = error instanceof MailError ? error.message : 'The mailer threw an unexpected error.';
    report(failureLevel(error), {
      event: 'verification.send_failed',
      id,
      type,
      code,
      stage,
      hint,
      message: `The email of a code or link was not sent. ${reason}`,
    });
  }

  async function check(input: CheckRequest): Promise<Verified> {
    const { to, type, code: typed, ip } = parseRequest(checkRequestSchema, input);
    const address = canonicalAddress(to);
    const code = readCode(typed, policy);
    const subjects = keyring.digests('subject', type, address);
    const [subject = ''] = subjects;
    const counter = limits.guessesKey(subject);

    const giveBack = await limits.permitCheck(clientOf(ip));
    const { challenge, guesses } = await store.guess({
      subjects,
      counter,
      windowMs: limits.guesses.windowMs,
      ...at(),
    });
    const attemptsLeft = limits.guesses.limit - guesses.count;
    if (attemptsLeft < 0) throw limits.exhausted(guesses.resetMs);
    const isCodeOf = (mac: string) => keyring.matches(mac, ['code', type, address, code]);
    const isRight = isCodeOf(challenge?.mac ?? NO_MAC);
    // All of them, so that it takes as long without a challenge.
    const wasRight = [...(challenge?.supersededMacs ?? []), ...NO_MACS]
      .slice(0, MOST_SUPERSEDED)
      .map(isCodeOf)
      .includes(true);
    const contents = challenge && isRight ? keyring.open(challenge, code) : undefined;
    if (!challenge || !(contents || wasRight))
      throw new VerificationError('code_incorrect', { attemptsLeft });
    // From here on, the caller knows the code.
    if (!contents || !challenge.isAlive) {
      await Promise.all([giveBack(), limits.forgiveGuess({ key: counter, endsAt: guesses.endsAt })]);
      throw new VerificationError(contents ? 'code_expired' : 'code_superseded');
    }
    const isTaken = await store.take({
      id: challenge.id,
      refund: { key: counter, endsAt: guesses.endsAt },
      ...at(),
    });
    if (!isTaken) throw new VerificationError('code_incorrect', { attemptsLeft });
    await giveBack();
    return { status: 'verified', to: contents.to, type, id: challenge.id };
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
    return { challenge, contents };
  }

  return {
    start,
    check,
    async peekLink(token) {
      const { challenge, contents } = await readLink(token);
      return { to: maskAddress(contents.to), type: contents.type, expiresAt: challenge.expiresAt };
    },
    async consumeLink(token) {
      const { challenge, contents } = await readLink(token);
      if (!(await store.take({ id: challenge.id, ...at() }))) throw new VerificationError('not_found');
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
