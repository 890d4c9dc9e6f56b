import { Controller, type ModuleMetadata, type NestApplicationOptions } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createMailHandler, type MailHandlerOptions } from '@postern/http';
import type { HttpHarness } from '@postern/http/contract';
import { MailController, MailRoutes } from './index.js';

/** For tests: what Nest runs on, each with and without a proxy in front of it. */
export const PLATFORMS = [
  [
    'Express',
    (trustProxy = false) => {
      const adapter = new ExpressAdapter();
      adapter.set('trust proxy', trustProxy);
      return adapter;
    },
  ],
  ['Fastify', (trustProxy = false) => new FastifyAdapter({ trustProxy })],
] as const;

export type Adapter = ReturnType<(typeof PLATFORMS)[number][1]>;

export const createApp = (metadata: ModuleMetadata, adapter: Adapter, options?: NestApplicationOptions) =>
  NestFactory.create({ module: class App {}, ...metadata }, adapter, {
    logger: false,
    abortOnError: false,
    ...options,
  });

@Controller('mail')
class ContractController extends MailController {}

/** The routes as the contract suite wants them: with a mailer and a verification of its own. */
export async function serveRoutes(options: MailHandlerOptions, adapter: Adapter): Promise<HttpHarness> {
  const handler = createMailHandler(options);
  const app = await createApp(
    {
      controllers: [ContractController],
      providers: [
        {
          provide: MailRoutes,
          useFactory: (host: HttpAdapterHost) => new MailRoutes(() => handler, host),
          inject: [HttpAdapterHost],
        },
      ],
    },
    adapter,
  );
  await app.listen(0, '127.0.0.1');
  return { url: `${await app.getUrl()}/mail`, close: () => app.close() };
}
