import {
  createDrain,
  type Email,
  hasTimedOut,
  MailError,
  type OperationOptions,
  type Receipt,
  readOptions,
  redact,
  remoteLine,
  requireSendable,
  type Transport,
} from '@postern/core';
import { callApi } from './api-call.js';
import { errorOfFailure, errorOfRefusal, type FailureContext } from './api-error.js';
import type { ApiProvider, ApiRefusal } from './api-provider.js';
import { type ApiResponse, isSuccess } from './api-response.js';
import { type ApiTransportOptions, apiTransportOptionsSchema } from './api-transport-options.js';
import { cleanEmail } from './clean-email.js';
import { refusalOfStatus } from './refusals.js';

/** Status codes of gateways (RFC 9110 section 15.6). The server behind them may have processed the request. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 504]);

/**
 * Creates a transport from the description of a provider's API.
 *
 * @param caller - the name of the function for errors, such as `createResendTransport`
 * @throws {ConfigError} if an option is not valid
 */
export function createApiTransport(
  provider: ApiProvider,
  options: ApiTransportOptions,
  caller: string,
): Transport {
  const {
    name = provider.name,
    baseUrl = provider.baseUrl,
    fromEmail,
    clock,
    logger,
    timeoutMs,
    fetch,
  } = readOptions(apiTransportOptionsSchema, options, caller);
  const call = { fetch, baseUrl, timeoutMs };
  const contextOf = (operation: FailureContext['operation'], email?: Email): FailureContext => ({
    provider,
    operation,
    secrets: [...provider.secrets, ...(email?.secrets ?? [])],
    recipients: email ? [email.to] : [],
    now: clock.now(),
  });

  function readRefusal(response: ApiResponse): ApiRefusal | undefined {
    const refusal = provider.readRefusal(response);
    return refusal ?? (isSuccess(response) ? undefined : { refusal: refusalOfStatus(response.status) });
  }

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    const request = await provider.writeRequest(cleanEmail(email));
    requireSendable(email, signal, clock);
    const response = await callApi(request, { ...call, signal });
    const context = contextOf('send', email);
    if ('kind' in response) throw errorOfFailure(response, context);
    const { status } = response;
    const durationMs = clock.now() - startedAt;
    logger.debug({ event: 'api.response', transport: name, status, durationMs });
    const lost = { kind: 'lost', cause: undefined, causeCode: `HTTP ${status}` } as const;
    if (GATEWAY_ERRORS.has(status)) throw errorOfFailure(lost, context);
    const refusal = readRefusal(response);
    if (refusal) throw errorOfRefusal(refusal, response, context);
    const accepted = provider.readAcceptance(response);
    if (!accepted) throw errorOfFailure(lost, context);
    return {
      messageId: remoteLine(accepted.messageId ?? email.messageId),
      accepted: email.to,
      transport: name,
      response: remoteLine(redact(`${status} ${accepted.id}`, context.secrets, context.recipients)),
      attempts: 1,
      durationMs,
    };
  }

  async function verify(signal: AbortSignal | undefined): Promise<void> {
    const context = contextOf('verify');
    let last: ApiResponse | undefined;
    const refusal = await provider.check(
      async (request) => {
        if (signal?.aborted)
          throw new MailError(hasTimedOut(signal) ? 'timeout' : 'aborted', 'The check was aborted.', {
            stage: 'connect',
          });
        const response = await callApi(request, { ...call, signal });
        if ('kind' in response) throw errorOfFailure(response, context);
        last = response;
        return { response, refusal: readRefusal(response) };
      },
      { address: fromEmail, domain: fromEmail?.slice(fromEmail.lastIndexOf('@') + 1).toLowerCase() },
    );
    if (refusal && last) throw errorOfRefusal(refusal, last, context);
  }

  const drain = createDrain(`transport ${name}`, async () => {});
  return {
    name,
    send: (email: Email, operation?: OperationOptions) => drain.run(() => send(email, operation?.signal)),
    verify: (operation?: OperationOptions) => drain.run(() => verify(operation?.signal)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
