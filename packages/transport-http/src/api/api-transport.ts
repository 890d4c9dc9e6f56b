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
import type { ApiRequest } from './api-request.js';
import { type ApiResponse, isSuccess } from './api-response.js';
import { type ApiTransportOptions, apiTransportOptionsSchema } from './api-transport-options.js';
import type { AuthorizedRequest } from './authorization.js';
import { cleanEmail } from './clean-email.js';
import { refusalOfStatus } from './refusals.js';

/** Status codes of gateways (RFC 9110 section 15.6). The server behind them may have processed the request. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 504]);

/** The page of a proxy or of another server says nothing about the account. */
const isForeign = (response: ApiResponse) => isSuccess(response) && response.json === undefined;
const FOREIGN: ApiRefusal = {
  refusal: 'request_refused',
  text: 'the response is not JSON',
  hint: 'Check baseUrl, and any proxy between this machine and the provider.',
};

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
    // Access tokens can be added during a request.
    get secrets() {
      return [...provider.secrets, ...(email?.secrets ?? [])];
    },
    recipients: email ? [email.to] : [],
    now: clock.now(),
  });

  function readRefusal(response: ApiResponse): ApiRefusal | undefined {
    const details = provider.readRefusal(response) ?? (isSuccess(response) ? undefined : {});
    return details && { ...details, refusal: details.refusal ?? refusalOfStatus(response.status) };
  }

  /** Sends a request with credentials. It is repeated if the API refuses them and new ones are available. */
  async function exchange(
    request: ApiRequest,
    context: FailureContext,
    signal: AbortSignal | undefined,
    beforeSending = () => {},
  ): Promise<ApiResponse> {
    for (;;) {
      const authorized = await authorize(request, context, signal);
      beforeSending();
      const response = await callApi(authorized.request, { ...call, signal });
      if ('kind' in response) throw errorOfFailure(response, context);
      if (response.status !== 401 || !authorized.renew?.()) return response;
    }
  }

  async function authorize(
    request: ApiRequest,
    context: FailureContext,
    signal: AbortSignal | undefined,
  ): Promise<AuthorizedRequest> {
    if (!provider.authorize) return { request };
    // An email is not lost with a response of another host.
    const check: FailureContext = { ...context, operation: 'verify' };
    return provider.authorize(request, {
      url: `${baseUrl}${request.path}`,
      now: clock.now(),
      timeoutMs,
      signal,
      async call(url, other) {
        // Several emails can wait for this response, so the signal of one does not stop it.
        const response = await callApi({ ...other, path: '' }, { ...call, baseUrl: url, signal: undefined });
        if (!('kind' in response)) return response;
        throw errorOfFailure(response, { ...check, provider: { ...provider, title: new URL(url).host } });
      },
      toError: (refusal, response) => errorOfRefusal(refusal, response, check),
    });
  }

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    const request = await provider.writeRequest(cleanEmail(email));
    const context = contextOf('send', email);
    const response = await exchange(request, context, signal, () => requireSendable(email, signal, clock));
    const { status } = response;
    const durationMs = clock.now() - startedAt;
    logger.debug({ event: 'api.response', transport: name, status, durationMs });
    const lost = { kind: 'lost', cause: undefined, causeCode: `HTTP ${status}` } as const;
    if (GATEWAY_ERRORS.has(status)) throw errorOfFailure(lost, context);
    const isDuplicate = provider.isDuplicate?.(response) ?? false;
    const refusal = isDuplicate ? undefined : readRefusal(response);
    if (refusal) throw errorOfRefusal(refusal, response, context);
    const accepted = isDuplicate ? { id: 'accepted before' } : provider.readAcceptance(response);
    if (!accepted) throw errorOfFailure(lost, context);
    return {
      messageId: remoteLine(accepted.messageId ?? email.messageId),
      accepted: email.to,
      transport: name,
      response: remoteLine(redact(`${status} ${accepted.id}`.trim(), context.secrets, context.recipients)),
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
        const response = await exchange(request, context, signal);
        last = response;
        return { response, refusal: readRefusal(response) ?? (isForeign(response) ? FOREIGN : undefined) };
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
