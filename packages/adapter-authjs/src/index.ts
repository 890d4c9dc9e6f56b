export { type EmailNotSentCode, EmailNotSentError } from './email-not-sent-error.js';
export { createEmailProvider } from './email-provider.js';
export type { EmailProviderOptions } from './email-provider-options.js';
