import { canonicalAddress } from '@postern/core';
import { startCallTime } from './call-time.js';
import { createCheck } from './check.js';
import { createClientReader } from './client.js';
import { createKeyring } from './keyring.js';
import { createLimits } from './limits.js';
import { createLinks } from './links.js';
import { createReport } from './operator-log.js';
import { checkedRandom } from './random.js';
import { createStart } from './start.js';
import { readVerificationOptions, type VerificationOptions } from './verification-options.js';
import {
  type CancelRequest,
  type CheckRequest,
  cancelRequestSchema,
  parseRequest,
  type StartRequest,
} from './verification-request.js';
import type { LinkPreview, Started, Verified } from './verification-result.js';

/** Issues one-time codes and links, and checks them. */
export interface Verification {
  /**
   * Creates a code or link, stores a digest of it, and sends it. It replaces the previous one for this address and type.
   *
   * A send that fails is not counted, and the next start can succeed after a few seconds. With `waitUntil`, the call
   * resolves before the email is sent. A failed send is then logged and counted like a successful one, so that the
   * responses are the same for every address.
   *
   * @throws {VerificationError} `cooldown`, `rate_limited`, `attempts_exhausted`
   * @throws {MailError} if the request is not valid or, without `waitUntil`, if the email cannot be sent
   * @throws the error of `onSuperseded`, `random` or `clock`, if one of them fails
   */
  start(request: StartRequest): Promise<Started>;
  /**
   * Checks a code as it was typed. A correct code is used up, and an incorrect code costs a guess. The code of an earlier email
   * costs nothing, and the error is `code_superseded`. Callers that do not know the code get the same results whether or not
   * one is pending.
   *
   * @throws {VerificationError} `code_incorrect`, `code_superseded` (for an earlier code only), `code_expired` (for the right
   * code only), `attempts_exhausted`, `rate_limited`
   * @throws {MailError} `recipient_invalid`, `payload_invalid`
   */
  check(request: CheckRequest): Promise<Verified>;
  /**
   * Reads a link without using it up. Call it for the page that a GET request shows.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  peekLink(token: string): Promise<LinkPreview>;
  /**
   * Uses a link up. Call it for the POST request of that page, never for a GET request, which mail scanners send.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  consumeLink(token: string): Promise<Verified>;
  /**
   * Invalidates the code or link of this address and type. Limits stay. Calls are not limited, so call it only for people
   * who are signed in.
   *
   * @throws the error of `onSuperseded`, if it fails. The code or link is invalid by then.
   */
  cancel(request: CancelRequest): Promise<void>;
  /**
   * Checks the options and templates for a reason why codes or links of this type cannot be sent. Routes call it when they are
   * created, so that mistakes are found before the first person signs in.
   *
   * @returns `undefined` if there is no known reason
   */
  findObstacle(request: { type: string; method: 'code' | 'link' }): string | undefined;
}

/**
 * Creates a verification from a mailer, a store, and keys.
 *
 * @throws {ConfigError} with every problem, if an option is not valid
 *
 * @example
 * ```ts
 * const keys = [{ id: '2026-11', secret }] as const;
 * const verification = createVerification({ mailer, store: postgresStore({ pool }), keys });
 * await verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'code', ip });
 * await verification.check({ to: 'ada@example.com', type: 'SignIn', code: '482913', ip });
 * ```
 */
export function createVerification(options: VerificationOptions): Verification {
  const parsed = readVerificationOptions(options);
  const { mailer, store, keys, policy, linkUrl, onSuperseded, clock, logger, random } = parsed;
  const keyring = createKeyring(keys);
  const report = createReport(logger);
  const limits = createLimits({ store, policy, keyring });
  const clientOf = createClientReader(report);
  const { peekLink, consumeLink } = createLinks({ store, policy, keyring, clock });

  return {
    start: createStart({
      ...{ mailer, store, policy, linkUrl, onSuperseded, clock },
      ...{ keyring, limits, report, clientOf, random: checkedRandom(random) },
    }),
    check: createCheck({ store, policy, clock, keyring, limits, clientOf }),
    peekLink,
    consumeLink,
    async cancel(input) {
      const { to, type } = parseRequest(cancelRequestSchema, input);
      const time = startCallTime(clock);
      const removed: string[] = [];
      for (const subject of await keyring.digests('subject', type, canonicalAddress(to))) {
        const id = await store.remove({ subject, ...time.at() });
        if (id !== undefined) removed.push(id);
      }
      for (const id of removed) await onSuperseded?.({ id });
    },
    findObstacle({ type, method }) {
      if (method === 'link' && linkUrl === undefined)
        return 'Links require the `linkUrl` option of createVerification.';
      return mailer.canShow?.(type, method) === false
        ? `The template for ${type} must show {{${method}}}, in every language.`
        : undefined;
    },
  };
}
