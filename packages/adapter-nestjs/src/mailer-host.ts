import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import {
  ConfigError,
  createMailer,
  type Logger,
  type Mailer,
  systemClock,
  type Transport,
} from '@postern/core';
import { createHealthCheck, createMailHandler, type LinkGuard, type MailHandler } from '@postern/http';
import { createTransport } from '@postern/transport';
import { createVerification, type Verification } from '@postern/verification';
import { createLazyQueue } from './lazy-queue.js';
import { type MailModuleOptions, requireOptions } from './mail-module-options.js';
import type { MailRegistry } from './mail-registry.js';
import { DEFAULT_MAILER } from './mail-token.js';
import { createNestLogger } from './nest-logger.js';

const HEALTH_INTERVAL = 30_000;

interface Parts {
  readonly mailer: Mailer;
  /** Connects to the mail server. If there is no queue, this is `mailer`. */
  readonly sender: Mailer;
  readonly lazyQueue: ReturnType<typeof createLazyQueue> | undefined;
  readonly verification: Verification | undefined;
  readonly handler: MailHandler | undefined;
  checkHealth(): Promise<boolean>;
}

const missing = (option: string, message: string) =>
  new ConfigError([{ severity: 'error', path: [option], code: 'missing', message }]);

/**
 * One mailer and the services that use it. They are created on first use, at the latest in `onModuleInit`, and closed after the
 * server has finished its last request.
 */
export class MailerHost implements OnModuleInit, OnApplicationShutdown {
  readonly #name: string;
  readonly #options: MailModuleOptions;
  readonly #registry: MailRegistry;
  #parts: Parts | undefined;

  constructor(name: string, options: MailModuleOptions, registry: MailRegistry) {
    requireOptions(options);
    registry.register(name);
    this.#name = name;
    this.#options = options;
    this.#registry = registry;
  }

  get mailer(): Mailer {
    return this.#made().mailer;
  }

  get verification(): Verification {
    const { verification } = this.#made();
    if (verification) return verification;
    throw missing('verification', 'is required for codes and links: pass { store, keys } to MailModule');
  }

  get linkGuard(): LinkGuard {
    const { linkGuard } = this.#options;
    if (linkGuard) return linkGuard;
    throw missing('linkGuard', 'is required to protect links: pass createLinkGuard(…) to MailModule');
  }

  get handler(): MailHandler {
    const { handler } = this.#made();
    if (handler) return handler;
    throw missing('http', 'is required by MailController: pass { authorize } to MailModule');
  }

  checkHealth(): Promise<boolean> {
    return this.#made().checkHealth();
  }

  async onModuleInit(): Promise<void> {
    await this.#made().lazyQueue?.open();
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.#parts) return;
    const { mailer, lazyQueue, sender } = this.#parts;
    // Each one uses the next.
    await mailer.close();
    await lazyQueue?.queue.close();
    await sender.close();
  }

  #made(): Parts {
    this.#parts ??= this.#make();
    return this.#parts;
  }

  #make(): Parts {
    const {
      verification: verificationOptions,
      queue: openQueue,
      http,
      linkGuard,
      healthIntervalMs,
      clock,
      ...options
    } = this.#options;
    const logger =
      options.logger ??
      createNestLogger(this.#name === DEFAULT_MAILER ? 'MailModule' : `MailModule:${this.#name}`);
    const config = {
      ...options.config,
      templates: this.#registry.complete(this.#name, options.config.templates),
    };
    const shared = { logger, ...(clock && { clock }) };
    const mailerOn = (transport: Transport) => createMailer({ ...options, ...shared, config, transport });
    const sender = mailerOn(this.#transport(shared));
    const lazyQueue = openQueue && createLazyQueue(openQueue, sender);
    const queue = lazyQueue?.queue;
    const mailer = queue ? mailerOn(queue.transport()) : sender;
    const verification =
      verificationOptions &&
      createVerification({ ...verificationOptions, logger: verificationOptions.logger ?? logger, mailer });
    const handler =
      http &&
      createMailHandler({
        ...{ ...http, ...shared },
        ...{ mailer: sender, queue, verification, linkGuard, healthIntervalMs },
      });
    const checkHealth = createHealthCheck(sender, {
      intervalMs: healthIntervalMs ?? HEALTH_INTERVAL,
      clock: clock ?? systemClock,
      logger,
    });
    return { mailer, sender, lazyQueue, verification, handler, checkHealth };
  }

  #transport(shared: { logger: Logger }): Transport {
    const { transport, config } = this.#options;
    return this.#registry.transport ?? transport ?? createTransport(config, shared);
  }
}
