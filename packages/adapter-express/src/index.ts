export { bearerToken } from '@postern/http';
export { createMailRouter, type MailRouterOptions } from './mail-router.js';
