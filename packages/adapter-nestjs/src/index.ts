export { bearerToken, createLinkGuard, type ProblemCode, ProblemError } from '@postern/http';
export { LinkGuardService } from './link-guard-service.js';
export { MailController } from './mail-controller.js';
export { MailExceptionFilter } from './mail-exception-filter.js';
export { type MailHealth, MailHealthIndicator } from './mail-health-indicator.js';
export { MailModule } from './mail-module.js';
export type { MailModuleExtras, MailModuleOptions, MailOptionsFactory } from './mail-module-options.js';
export type { TemplateInput } from './mail-registry.js';
export { MailRoutes } from './mail-routes.js';
export { MailService } from './mail-service.js';
export {
  getLinkGuardToken,
  getMailerToken,
  getMailHealthToken,
  getMailRoutesToken,
  getVerificationToken,
  InjectLinkGuard,
  InjectMailer,
  InjectMailHealth,
  InjectMailRoutes,
  InjectVerification,
} from './mail-token.js';
export { OwnRoute as UnreadBody } from './own-route.js';
export type { PlatformRequest, PlatformResponse } from './platform-http.js';
export { respondWith } from './respond-with.js';
export { VerificationService } from './verification-service.js';
