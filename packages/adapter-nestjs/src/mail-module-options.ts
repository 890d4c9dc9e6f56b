import {
  type ConnectorConfig,
  functionSchema,
  type Mailer,
  type MailerConfig,
  type MailerOptions,
  type MailQueue,
  readOptions,
  type Transport,
} from '@postern/core';
import type { LinkGuard, MailHandlerOptions } from '@postern/http';
import type { VerificationOptions } from '@postern/verification';
import { z } from 'zod';

/** The mail server: in the config, or behind a transport. */
type Delivery =
  | {
      /** Server, sender, and templates: the result of `parseConnectorConfig`. */
      config: ConnectorConfig;
      transport?: undefined;
    }
  | {
      /** Sender and templates. */
      config: MailerConfig;
      /** Delivers the emails in place of a server in the config. The application closes it on shutdown. */
      transport: Transport;
    };

/** Options of `MailModule.forRoot`: those of `createMailer`, and those of the services that use the mailer. */
export type MailModuleOptions = Omit<MailerOptions, 'config' | 'transport' | 'logger'> &
  Delivery & {
    /** Options of `createVerification`. Required to use `VerificationService`. */
    verification?: Omit<VerificationOptions, 'mailer'> | undefined;
    /**
     * Receives the mailer that sends, and returns a queue. `MailService`, `VerificationService`, and `POST /messages` then add
     * all emails to the queue. The application closes it on shutdown.
     *
     * @example
     * ```ts
     * async queue(mailer) {
     *   const queue = await createMailQueue({ mailer, connection: { url }, keys });
     *   await queue.start();
     *   return queue;
     * }
     * ```
     */
    queue?: ((mailer: Mailer) => MailQueue | Promise<MailQueue>) | undefined;
    /**
     * Options of `createMailHandler`. Required to use `MailController`. Hooks receive the request of the platform as
     * `request.native`.
     */
    http?:
      | Omit<
          MailHandlerOptions,
          'mailer' | 'verification' | 'queue' | 'linkGuard' | 'logger' | 'clock' | 'healthIntervalMs'
        >
      | undefined;
    /**
     * Required to use `LinkGuardService`. `MailController` serves the guard's page at `open` below its path.
     *
     * @example `createLinkGuard({ keys, url: 'https://app.example.com/mail/open' })`
     */
    linkGuard?: LinkGuard | undefined;
    /** How long to cache a health result, in milliseconds. @default 30000 */
    healthIntervalMs?: number | undefined;
    /** @default the logger of Nest */
    logger?: MailerOptions['logger'] | undefined;
  };

/** These options decide which providers exist, so they cannot come from a factory. */
export interface MailModuleExtras {
  /** Other modules can inject the providers without importing this module. @default false */
  isGlobal?: boolean | undefined;
  /** Identifies the mailer if there are several. To inject it, use `@InjectMailer(name)`. @default 'default' */
  name?: string | undefined;
}

/** A class that creates the options for `MailModule.forRootAsync`. */
export interface MailOptionsFactory {
  createMailOptions(): MailModuleOptions | Promise<MailModuleOptions>;
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** The mailer, the transport, the verification, and the routes check their own options. */
const optionsSchema = z.strictObject(
  {
    config: z.looseObject(
      { templates: z.array(z.unknown(), 'is required: pass the result of parseConnectorConfig') },
      'must be the result of parseConnectorConfig',
    ),
    transport: z.custom(isObject, 'must be a transport, such as createTransport(config)').optional(),
    verification: z.custom(isObject, 'must be an object with store and keys').optional(),
    queue: functionSchema('must be a function that receives a mailer and returns a queue').optional(),
    http: z.custom(isObject, 'must be an object with authorize').optional(),
    linkGuard: z.custom(isObject, 'must be a link guard, such as createLinkGuard(…)').optional(),
    healthIntervalMs: z.int().min(0).optional(),
    resolveTemplate: z.unknown().optional(),
    missingVariable: z.unknown().optional(),
    brokenTemplate: z.unknown().optional(),
    otpOrigin: z.unknown().optional(),
    linkSchemes: z.unknown().optional(),
    logger: z.unknown().optional(),
    clock: z.unknown().optional(),
  } satisfies Record<keyof MailModuleOptions, z.ZodType>,
  {
    error: ({ code }) =>
      code === 'invalid_type'
        ? 'MailModule requires an object with config: check that your factory returns it'
        : undefined,
  },
);

/** @throws {ConfigError} if an option is not valid, or a factory returned nothing */
export function requireOptions(options: MailModuleOptions): void {
  readOptions(optionsSchema, options, 'MailModule');
}
