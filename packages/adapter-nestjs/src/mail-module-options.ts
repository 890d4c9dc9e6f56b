import {
  ConfigError,
  type ConnectorConfig,
  fromZodIssue,
  type Mailer,
  type MailerConfig,
  type MailerOptions,
  type Transport,
} from '@postern/core';
import type { MailHandlerOptions, MailQueue } from '@postern/http';
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

/** What the module asks of a queue: that of `@postern/queue` has it. */
export interface ModuleQueue extends MailQueue {
  /** Puts emails into the queue. */
  transport(): Transport;
  /** Lets what is being sent finish, and hands back the rest. */
  close(): Promise<void>;
}

/** Options of `MailModule.forRoot`: those of `createMailer`, and what is built on it. */
export type MailModuleOptions = Omit<MailerOptions, 'config' | 'transport' | 'logger'> &
  Delivery & {
    /** With it there is a `VerificationService`: options of `createVerification`. */
    verification?: Omit<VerificationOptions, 'mailer'> | undefined;
    /**
     * Makes a queue of the mailer that sends, and starts it. All emails then go through it: those of `MailService` and of
     * the `VerificationService` rendered, those of `POST /messages` as requests. It is closed with the application.
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
    queue?: ((mailer: Mailer) => ModuleQueue | Promise<ModuleQueue>) | undefined;
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
const optionsSchema = z.looseObject(
  {
    config: z.looseObject(
      { templates: z.array(z.unknown(), 'is missing: pass what parseConnectorConfig returns') },
      'has to be what parseConnectorConfig returns',
    ),
    transport: z.custom(isObject, 'has to be a transport, e.g. createSmtpTransport(…)').optional(),
    verification: z.custom(isObject, 'has to be an object with store and secret').optional(),
    queue: z
      .custom((value) => typeof value === 'function', 'has to be a function that makes a queue of a mailer')
      .optional(),
    http: z.custom(isObject, 'has to be an object with authorize').optional(),
    healthIntervalMs: z
      .int('has to be a whole number of milliseconds')
      .min(0, 'has to be 0 or more')
      .optional(),
  },
  'MailModule needs an object with config: a factory may have forgotten to return it',
);

/** @throws {ConfigError} when they are none, e.g. because a factory returned nothing */
export function requireOptions(options: MailModuleOptions): void {
  const { error } = optionsSchema.safeParse(options);
  if (error) throw new ConfigError(error.issues.map(fromZodIssue));
}
