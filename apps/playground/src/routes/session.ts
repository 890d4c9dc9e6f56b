import { Router } from 'express';
import type { ConfigStore } from '../running-config.js';
import { SAMPLE_RECIPIENT } from '../sample-emails.js';
import type { Session } from '../wire/session.js';

export function sessionRoutes({ token, config }: { token: string; config: ConfigStore }): Router {
  const router = Router();
  router.get('/session', (_request, response) => {
    const session: Session = {
      token,
      delivery: config.current.target,
      sampleRecipient: SAMPLE_RECIPIENT,
    };
    response.json(session);
  });
  return router;
}
