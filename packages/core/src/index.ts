export { type Clock, systemClock } from './clock.js';
export type { ApiProvider, ApiProviderKey } from './config/api-provider.js';
export type { ApiProviderConfig, ApiProviderName } from './config/api-provider-config.js';
export { apiProviders } from './config/api-providers.js';
export { connectorConfigJsonSchema } from './config/config-json-schema.js';
export { type ConfigVariables, resolveVariables } from './config/config-variables.js';
export {
  type ConfigRule,
  type ConnectorConfig,
  connectorConfigSchema,
  type InspectOptions,
  inspectConnectorConfig,
  parseConnectorConfig,
  parseProviders,
  parseSmtpConfig,
} from './config/connector-config.js';
export { DOMAIN_OR_ID, MAILBOX_OR_ID } from './config/path-patterns.js';
export type { ProviderConfig, SmtpProviderConfig } from './config/provider-config.js';
export {
  type ClientCredentialsAuth,
  type LoginAuth,
  type NoAuth,
  type ServiceKeyAuth,
  type SmtpAuth,
  smtpAuthSchema,
  type TokenAuth,
} from './config/smtp-auth.js';
export { type SmtpConfig, smtpConfigSchema } from './config/smtp-config.js';
export { ConfigError, type ConfigIssue, formatPath, fromZodIssue } from './config-issue.js';
export { consoleLogger } from './console-logger.js';
export { createDrain, type Drain } from './drain.js';
export { type Email, freezeEmail } from './email.js';
export { parseEmail, serializeEmail } from './email-codec.js';
export type { MailerConfig, ResolveTemplate } from './email-renderer.js';
export { equalTexts } from './equal-texts.js';
export { type FailureKind, failureKind } from './failure-kind.js';
export { failureLevel, type LogLevel } from './failure-level.js';
export { isEmailField, isHeaderName, sanitizeHeaderValue } from './header-field.js';
export { type AcceptedLocales, directionOf, LOCALE_ALIASES, pickLocale, preferredLocale } from './locale.js';
export { type LogEvent, type Logger, silentLogger } from './logger.js';
export { isLoopbackHost } from './loopback.js';
export { MailError, type MailErrorCode, type MailErrorDetails, type MailStage } from './mail-error.js';
export { type MailQueue, queueSchema } from './mail-queue.js';
export { canonicalAddress, type Mailbox, parseRecipient } from './mailbox.js';
export { createMailer, type Mailer, type MailerOptions, mailerSchema } from './mailer.js';
export { decodeBase64Url, encodeBase64Url } from './mime/base64.js';
export { createOperatorLogger } from './operator-logger.js';
export {
  clockSchema,
  functionSchema,
  loggerSchema,
  objectWithMethods,
  transportSchema,
} from './option-schemas.js';
export type {
  CodePayload,
  CommonPayload,
  InvitationPayload,
  NoticePayload,
  PayloadByType,
  PayloadValue,
  UsageType,
} from './payload.js';
export { readOptions } from './read-options.js';
export { toReceipt } from './receipt.js';
export { redact } from './redact.js';
export { remoteLine, remoteLines } from './remote-text.js';
export type { RequestContext, RequestContextInput } from './request-context.js';
export { requestIdentity } from './request-identity.js';
export { type SecretKey, secretKeysSchema } from './secret-key.js';
export { hideOnInspect, maskAddress } from './secrets.js';
export { type SendOrDeferOptions, sendOrDefer } from './send-or-defer.js';
export {
  parseSendRequest,
  type SendRequest,
  type SendRequestInput,
  sendRequestSchema,
} from './send-request.js';
export { hasTimedOut, requireSendable, untilAborted } from './sendable.js';
export { readSender } from './sender.js';
export { sha256Hex } from './sha256.js';
export { shareAcrossCopies } from './share-across-copies.js';
export { escapeHtml } from './template/escape-html.js';
export type { MissingVariable } from './template/evaluate-template.js';
export { inspectTemplate, type TemplateInspection } from './template/inspect-template.js';
export type { TemplateVariable } from './template/parse-template.js';
export type { TemplateProblem } from './template/placeholder-syntax.js';
export type { BrokenTemplate } from './template/plain-template.js';
export {
  type ContentType,
  type Template,
  type TemplateOverride,
  templateSchema,
} from './template/template.js';
export { LONGEST_TIMER_MS } from './timer.js';
export {
  type AccessToken,
  createTokenSource,
  type GetAccessToken,
  type TokenSource,
} from './token-source.js';
export type { OperationOptions, Receipt, Transport } from './transport.js';
export { CODE_USAGE_TYPES, carriesCode, isNotice, NOTICE_USAGE_TYPES } from './usage-types.js';
export { readWebUrl } from './web-url.js';
