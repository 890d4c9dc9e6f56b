import { bearerToken, createMailRouter, type MailRouterOptions } from '@postern/adapter-express';
import express from 'express';

/** `POST /mail/messages` sends one email. Whoever may do that knows the secret. */
export function createApp(mailer: MailRouterOptions['mailer'], secret: string) {
  const app = express();
  app.use('/mail', createMailRouter({ mailer, authorize: bearerToken(secret) }));
  return app;
}
