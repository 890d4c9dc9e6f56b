export { bearerToken } from './bearer-token.js';
export {
  createFetchHandler,
  type FetchContext,
  type FetchHandler,
  type FetchHandlerOptions,
} from './fetch-handler.js';
export { toHttpRequest, toResponse } from './fetch-message.js';
export { createHealthCheck } from './health.js';
export type { BodyContent, HttpBody, HttpHeaders, HttpRequest, HttpResponse } from './http-message.js';
export type { LinkBrand } from './link-brand.js';
export { createLinkGuard, type LinkGuard } from './link-guard/link-guard.js';
export type {
  BoundBrowser,
  LinkBinding,
  LinkGuardOptions,
  LinkProtection,
  ProtectedLink,
} from './link-guard/link-guard-options.js';
export type { LinkProtector } from './link-guard/link-protector.js';
export { linkProtectorSchema } from './link-guard/link-protector-schema.js';
export {
  DEFAULT_LINK_VALIDITY_MS,
  type LinkEmail,
  protectPayload,
  type RequestingBrowser,
} from './link-guard/protect-payload.js';
export type { LinkTexts } from './link-texts/link-texts.js';
export { createMailHandler, type MailHandler } from './mail-handler.js';
export type {
  MailHandlerOptions,
  StartDecision,
  VerificationCalls,
  VerificationStart,
  VerifiedAnswer,
  VerifiedPerson,
} from './mail-handler-options.js';
export { createMessageSender, type MessageSenderOptions, type SentMessage } from './message-sender.js';
export {
  type FieldError,
  logProblem,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
  ProblemError,
  problemResponse,
  toProblemError,
} from './problem.js';
export { parseBody, readBodyText } from './request-body.js';
export type { OperationId, RouteInfo } from './route.js';
export { isSameText } from './same-text.js';
