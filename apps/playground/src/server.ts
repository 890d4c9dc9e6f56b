import express, { type Express, type RequestHandler, type Router } from 'express';
import type { EventStream } from './event-stream.js';
import { pageRouter } from './page.js';
import { answerWithProblem, refusal } from './problem.js';
import { requireJson, requireOwnHost, requireOwnSite, requireToken, secureHeaders } from './request-guard.js';

/** A config is the largest request body. */
const BODY_LIMIT = '1mb';

export interface ServerOptions {
  readonly token: string;
  readonly events: EventStream;
  /** The routes under `/api`. */
  readonly routes: readonly Router[];
  /** The pages of links under `/mail`. They have their own protection from requests of other sites. */
  readonly linkPages: RequestHandler;
  /** The folder of the built page, for tests. */
  readonly pageFolder?: string | undefined;
}

/** The page and its API. */
export function createPlaygroundServer({
  token,
  events,
  routes,
  linkPages,
  pageFolder,
}: ServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(secureHeaders, requireOwnHost);

  app.use('/mail', linkPages);
  app.use('/api', requireOwnSite, requireToken(token), requireJson, express.json({ limit: BODY_LIMIT }));
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/api/events', events.open);
  app.use('/api', ...routes);
  app.use('/api', () => {
    throw refusal('not_found');
  });

  app.use(pageRouter({ token, folder: pageFolder }));
  app.use(() => {
    throw refusal('not_found');
  });
  app.use(answerWithProblem);
  return app;
}
