import {
  canonicalAddress,
  encodeBase64Url,
  MailError,
  parseRecipient,
  parseSendRequest,
  sendOrDefer,
} from '@postern/core';
import { startCallTime } from './call-time.js';
import { addressOf, type ClientReader } from './client.js';
import type { Contents, Keyring } from './keyring.js';
import type { Limits } from './limits.js';
import { drawToken, idOfToken, linkWith } from './link-token.js';
import { drawCode } from './one-time-code.js';
import type { Report } from './operator-log.js';
import type { ParsedVerificationOptions } from './verification-options.js';
import {
  parseRequest,
  readRedirect,
  refuse,
  type StartRequest,
  startRequestSchema,
} from './verification-request.js';
import type { Started } from './verification-result.js';

interface StartParts
  extends Pick<
    ParsedVerificationOptions,
    'mailer' | 'store' | 'policy' | 'linkUrl' | 'onSuperseded' | 'clock' | 'random'
  > {
  readonly keyring: Keyring;
  readonly limits: Limits;
  readonly report: Report;
  readonly clientOf: ClientReader;
}

/** Creates the method `start`. */
export function createStart(parts: StartParts): (request: StartRequest) => Promise<Started> {
  const { mailer, store, policy, linkUrl, onSuperseded, clock, random } = parts;
  const { keyring, limits, report, clientOf } = parts;

  /** Draws the code or token, and the id of its challenge. */
  async function draw(method: 'code' | 'link') {
    if (method === 'code') {
      const value = drawCode(policy, random);
      return { value, id: encodeBase64Url(random.bytes(16)), variables: { code: value } };
    }
    if (linkUrl === undefined)
      throw refuse("method 'link' requires the `linkUrl` option of createVerification");
    const value = drawToken(random);
    return { value, id: (await idOfToken(value)) ?? '', variables: { link: linkWith(value, linkUrl) } };
  }

  return async (input) => {
    const parsed = parseRequest(startRequestSchema, input);
    const { to, type, method, ip, redirectTo, protectLink, deliver, waitUntil } = parsed;
    const { locale, payload, requestContext, signal } = input;
    const address = canonicalAddress(to);
    const recipient = parseRecipient(to);
    const contents: Contents = {
      to: recipient,
      type,
      ...(redirectTo && { redirectTo: readRedirect(redirectTo, policy.redirectOrigins) }),
    };
    const time = startCallTime(clock);
    const { value, id, variables } = await draw(method);
    const request = {
      to: recipient,
      type,
      locale,
      ip: addressOf(ip),
      requestContext,
      idempotencyKey: id,
      payload: { ...payload, ...variables },
    };
    parseSendRequest(request);
    const subjects = await keyring.digests('subject', type, address);
    const [subject, ...otherSubjects] = subjects;

    const permit = await limits.permitStart({ client: clientOf(ip), address, subjects, time });
    const protect = async (expiresAt: Date): Promise<object> => {
      if (!protectLink || variables.link === undefined) return variables;
      const { link, code } = await protectLink(variables.link, { expiresAt });
      return { link, ...(code !== undefined && { code }) };
    };
    let expiresAt: Date;
    try {
      const ttlMs = method === 'code' ? policy.codeTtlMs : policy.linkTtlMs;
      const [mac, sealed] = await Promise.all([
        keyring.sign([method, type, address, value]),
        keyring.seal(id, value, contents),
      ]);
      const startedAt = Date.now();
      const challenge = { id, subject, mac, sealed };
      const kept = await store.put({ challenge, ttlMs, replaces: otherSubjects, ...time.at() });
      ({ expiresAt } = kept);
      // The mailer uses the clock of this process. If it is ahead of the store's clock, the email must not count as expired.
      const sendBy = clock ? expiresAt : new Date(Math.max(expiresAt.getTime(), startedAt + ttlMs));
      for (const superseded of kept.superseded) await onSuperseded?.({ id: superseded });
      const email = { ...request, expiresAt: sendBy, payload: { ...payload, ...(await protect(expiresAt)) } };
      const send = async () => {
        if (deliver) await mailer.send(parseSendRequest(email), { signal });
      };
      // Runs without a delivery, too, so that callers that wait for the work cannot detect the difference.
      await sendOrDefer({ send, waitUntil, report, source: 'verification', fields: { id, type } });
    } catch (error) {
      // The server may have accepted this email.
      if (!(error instanceof MailError && error.code === 'delivery_unknown')) await permit.fail();
      throw error;
    }
    return { id, expiresAt, resendAfter: permit.resendAfter() };
  };
}
