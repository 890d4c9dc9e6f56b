export type { AuthCallbacks } from './auth-callbacks.js';
export type {
  AuthEmailsOptions,
  AuthInvitation,
  AuthRecipient,
} from './auth-emails-options.js';
export type { AuthEmailsPlugin } from './auth-plugin.js';
export type { AuthUsageType, NoticeType } from './auth-usage-type.js';
export { type AuthEmails, createAuthEmails } from './create-auth-emails.js';
