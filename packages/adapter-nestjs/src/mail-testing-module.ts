import { type DynamicModule, Module } from '@nestjs/common';
import type { Email, MailError } from '@postern/core';
import {
  createMemoryTransport,
  type FailureHandle,
  type Inbox,
  type MemoryTransport,
} from '@postern/testing';
import { MailRegistry, MailRegistryModule } from './mail-registry.js';

/** The emails that the mailers of an application sent in a test. */
export class MailTestingService {
  readonly #transport: MemoryTransport;

  /** Called by `MailTestingModule`. */
  constructor(transport: MemoryTransport) {
    this.#transport = transport;
  }

  /** The emails of all mailers, with methods that wait for an email, a code, or a link. */
  get inbox(): Inbox<Email> {
    return this.#transport.inbox;
  }

  /**
   * Makes sends fail with this error.
   * @param options.times the number of sends that fail. The default is all of them.
   */
  failWith(error: MailError, options?: { times?: number }): FailureHandle {
    return this.#transport.failWith(error, options);
  }
}

/**
 * Keeps the emails of all mailers in memory and replaces their transports and servers. Import it along with the modules under
 * test.
 *
 * @example
 * ```ts
 * const module = await Test.createTestingModule({ imports: [MailTestingModule.forRoot(), AppModule] }).compile();
 * const { inbox } = module.get(MailTestingService);
 * expect(await inbox.waitForCode('ada@example.com')).toBe('482913');
 * ```
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class
export class MailTestingModule {
  static forRoot(): DynamicModule {
    return {
      module: MailTestingModule,
      global: true,
      imports: [MailRegistryModule],
      providers: [
        {
          provide: MailTestingService,
          useFactory: (registry: MailRegistry) => {
            const transport = createMemoryTransport();
            registry.replaceTransport(transport);
            return new MailTestingService(transport);
          },
          inject: [MailRegistry],
        },
      ],
      exports: [MailTestingService],
    };
  }
}
