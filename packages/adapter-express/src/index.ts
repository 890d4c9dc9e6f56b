export { bearerToken, createLinkGuard, type LinkGuard, type LinkGuardOptions } from '@postern/http';
export { createLinkGuardRouter, createMailRouter, type MailRouterOptions } from './mail-router.js';
