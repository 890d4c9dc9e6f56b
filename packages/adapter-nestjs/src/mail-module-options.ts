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
import type { MailHandlerOptions } from '@postern/http';
import type { VerificationOptions } from '@postern/verification';
import { z } from 'zod';

/** What delivers: the server in the config, or a transport. */
type Delivery =
  | {
      /** Server, sender and templates: `parseConnectorConfig(…)`. */
      config: ConnectorConfig;
      transport?: undefined;
    }
  | {
      /** Sender and templates. */
      config: MailerConfig;
      /** Delivers in place of a server in the config. It is closed with the application. */
      transport: Transport;
    };

/** Options of `MailModule.forRoot`: those of `createMailer`, and what is built on it. */
export type MailModuleOptions = Omit<MailerOptions, 'config' | 'transport' | 'logger'> &
  Delivery & {
    /** With it there is a `VerificationService`: options of `createVerification`. */
    verification?: Omit<VerificationOptions, 'mailer'> | undefined;
    /**
     * Makes a queue of the mailer that sends, and starts it. All emails then go through it: those of `MailService`, of the
     * `VerificationService` and of `POST /messages`. It is closed with the application.
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
     * What a `MailController` needs: options of `createMailHandler`. Hooks find the request of the platform in
     * `request.native`.
     */
    http?:
      | Omit<
          MailHandlerOptions,
          'mailer' | 'verification' | 'queue' | 'logger' | 'clock' | 'healthIntervalMs'
        >
      | undefined;
    /** How long an answer about the health is good for, in milliseconds. @default 30000 */
    healthIntervalMs?: number | undefined;
    /** @default Nest's own */
    logger?: MailerOptions['logger'] | undefined;
  };

/** What can be injected elsewhere depends on these, so they can't wait for a factory. */
export interface MailModuleExtras {
  /** Makes the providers injectable without importing the module. @default false */
  isGlobal?: boolean | undefined;
  /** Tells several mailers apart; `@InjectMailer(name)` injects it. @default the mailer without a name */
  name?: string | undefined;
}

/** Makes the options for `MailModule.forRootAsync`, as a class. */
export interface MailOptionsFactory {
  createMailOptions(): MailModuleOptions | Promise<MailModuleOptions>;
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** The parts are checked where they are used: by the mailer, the transport, the verification and the routes. */
const optionsSchema = z.strictObject(
  {
    config: z.looseObject(
      { templates: z.array(z.unknown(), 'is missing: pass what parseConnectorConfig returns') },
      'must be the result of parseConnectorConfig',
    ),
    transport: z.custom(isObject, 'must be a transport, such as createSmtpTransport(…)').optional(),
    verification: z.custom(isObject, 'must be an object with store and keys').optional(),
    queue: functionSchema('must be a function that makes a queue of a mailer').optional(),
    http: z.custom(isObject, 'must be an object with authorize').optional(),
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
        ? 'MailModule needs an object with config: a factory may have forgotten to return it'
        : undefined,
  },
);

/** @throws {ConfigError} when an option is not valid, or a factory returned nothing */
export function requireOptions(options: MailModuleOptions): void {
  readOptions(optionsSchema, options, 'MailModule');
}
