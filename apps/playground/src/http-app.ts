import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  bearerToken,
  createMailRouter,
  createRequestHandler,
  type MailRouterOptions,
} from '@postern/adapter-express';
import { createSupabaseWebhook } from '@postern/adapter-webhooks';
import express from 'express';
import { listen } from './listen.js';
import type { Sending } from './sending.js';

/** An application with the mail routes, on its own port. */
export interface HttpApp {
  /** `http://127.0.0.1:40211` */
  readonly url: string;
  /** The bearer token, and the secret of the webhook. New on every start. */
  readonly secret: string;
  close(): Promise<void>;
}

const createSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

export async function startExpressApp(mailer: MailRouterOptions['mailer']): Promise<HttpApp> {
  const secret = createSecret();
  const app = express();
  app.use('/mail', createMailRouter({ mailer, authorize: bearerToken(secret) }));
  const webhook = createSupabaseWebhook({ mailer, secret });
  app.post('/webhooks/supabase', createRequestHandler(webhook));
  const server = createServer(app);
  const port = await listen(server, { port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    secret,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function startNestApp({ config, transport }: Sending): Promise<HttpApp> {
  // Nest takes a moment to load, so only the first use loads it.
  await import('reflect-metadata');
  const [{ NestFactory }, { Controller }, { MailController, MailModule }] = await Promise.all([
    import('@nestjs/core'),
    import('@nestjs/common'),
    import('@postern/adapter-nestjs'),
  ]);
  const secret = createSecret();
  class AuthMailController extends MailController {}
  Controller('mail')(AuthMailController);
  class AppModule {}
  const module = {
    module: AppModule,
    imports: [MailModule.forRoot({ config, transport, http: { authorize: bearerToken(secret) } })],
    controllers: [AuthMailController],
  };
  const app = await NestFactory.create(module, {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, secret, close: () => app.close() };
}
