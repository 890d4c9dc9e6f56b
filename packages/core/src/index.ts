export { type Clock, systemClock } from './clock.js';
export { ConfigError, type ConfigIssue, formatPath } from './config-issue.js';
export { connectorConfigJsonSchema } from './config-json-schema.js';
export {
  type ConnectorConfig,
  connectorConfigSchema,
  inspectConnectorConfig,
  parseConnectorConfig,
  smtpConfigSchema,
} from './connector-config.js';
export { createDrain, type Drain } from './drain.js';
export { type Email, freezeEmail } from './email.js';
export { type LogEvent, type Logger, silentLogger } from './logger.js';
export { isLoopbackHost } from './loopback.js';
export { MailError, type MailErrorCode, type MailErrorDetails, type MailStage } from './mail-error.js';
export { type Mailbox, parseRecipient } from './mailbox.js';
export { createMailer, type Mailer, type MailerConfig, type MailerOptions } from './mailer.js';
export type {
  CodePayload,
  CommonPayload,
  InvitationPayload,
  PayloadByType,
  PayloadValue,
  UsageType,
} from './payload.js';
export { hideOnInspect, maskAddress, redact } from './secrets.js';
export {
  type AnySendRequest,
  parseSendRequest,
  type SendRequest,
  sendRequestSchema,
} from './send-request.js';
export {
  type LoginAuth,
  type NoAuth,
  type ServiceKeyAuth,
  type SmtpAuth,
  smtpAuthSchema,
  type TokenAuth,
} from './smtp-auth.js';
export type { SmtpConfig } from './smtp-config.js';
export { type ContentType, type Template, type TemplateOverride, templateSchema } from './template.js';
export type { MissingVariable } from './template-program.js';
export type { OperationOptions, Receipt, Transport } from './transport.js';
