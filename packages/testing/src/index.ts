export type { ApiEmail } from './api-trap/api-email.js';
export type { ApiFault, ApiRefusalKind, ApiTrapResponse } from './api-trap/api-fault.js';
export { type ApiTrap, type ApiTrapOptions, startApiTrap } from './api-trap/api-trap.js';
export type { ApiTrapRequest } from './api-trap/api-trap-request.js';
export type { CertificateOptions } from './certificate.js';
export type { Fault, FaultKind, FaultStage } from './fault.js';
export { type FindCodeOptions, findCode } from './find-code.js';
export { type FindLinkOptions, findLink } from './find-link.js';
export type { Inbox, InboxEmail, WaitForCodeOptions, WaitForLinkOptions } from './inbox.js';
export { type MailMatchers, mailMatchers } from './mail-matchers.js';
export {
  createMemoryTransport,
  type FailureHandle,
  type MemoryTransport,
  type MemoryTransportOptions,
} from './memory-transport.js';
export type { FaultHandle } from './planned-faults.js';
export type { ReceivedEmail, ReceivedEnvelope, ReceivedHeader, ReceivedOver } from './received-email.js';
export type { SmtpSession, SmtpStats } from './session-log.js';
export {
  type HideableExtension,
  type SmtpTrap,
  type SmtpTrapOptions,
  startSmtpTrap,
  type TrapAuthMethod,
} from './smtp-trap.js';
export { testEmail } from './test-email.js';
export type { TrapAuth } from './trap-server.js';
export type { WaitOptions } from './wait-list.js';
