export {
  type ClerkCall,
  type ClerkEmailKind,
  type ClerkWebhookOptions,
  createClerkWebhook,
} from './clerk-webhook.js';
export {
  createKratosWebhook,
  type KratosCall,
  type KratosEmailKind,
  type KratosWebhookOptions,
} from './kratos-webhook.js';
export {
  createLogtoNoticeWebhook,
  type LogtoEvent,
  type LogtoNoticeKind,
  type LogtoNoticeWebhookOptions,
} from './logto-notice-webhook.js';
export { createLogtoWebhook, type LogtoCall, type LogtoWebhookOptions } from './logto-webhook.js';
export type { SupabaseCall, SupabaseEmailKind } from './supabase-emails.js';
export { createSupabaseWebhook, type SupabaseWebhookOptions } from './supabase-webhook.js';
export type { Webhook } from './webhook.js';
export type { SignedWebhookOptions, WebhookOptions } from './webhook-options.js';
export {
  createZitadelWebhook,
  type ZitadelCall,
  type ZitadelEmailKind,
  type ZitadelWebhookOptions,
} from './zitadel-webhook.js';
