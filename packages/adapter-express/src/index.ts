export { bearerToken, createLinkGuard, type LinkGuard, type LinkGuardOptions } from '@postern/http';
export { createMailRouter, type MailRouterOptions } from './mail-router.js';
export { createRequestHandler } from './request-handler.js';
