import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MailRouterOptions } from '@postern/adapter-express';
import { createApp } from '../examples/express.js';
import { listen } from './listen.js';
import type { Sending } from './sending.js';

/** An application that really listens, on a port of its own. */
export interface HttpApp {
  /** `http://127.0.0.1:40211` */
  readonly url: string;
  /** Whoever sends through it has to know it; new on every start. */
  readonly secret: string;
  close(): Promise<void>;
}

const createSecret = () => randomBytes(32).toString('base64url');

/** The Express application of the example. */
export async function startExpressApp(mailer: MailRouterOptions['mailer']): Promise<HttpApp> {
  const secret = createSecret();
  const server = createServer(createApp(mailer, secret));
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

/** The Nest application of the example. Loading Nest takes a moment. */
export async function startNestApp({ config, transport }: Sending): Promise<HttpApp> {
  await import('reflect-metadata');
  const [{ NestFactory }, { createAppModule }] = await Promise.all([
    import('@nestjs/core'),
    import('../examples/nest.js'),
  ]);
  const secret = createSecret();
  const app = await NestFactory.create(createAppModule(config, secret, transport), {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, secret, close: () => app.close() };
}
