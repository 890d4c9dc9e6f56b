import type { OnModuleInit, Type } from '@nestjs/common';
import type { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import type { MailHandler } from '@postern/http';
import { markOverrides } from './own-route.js';
import { type PlatformRequest, type PlatformResponse, rawOf } from './platform-http.js';
import { respondAt } from './respond-with.js';
import { keepBodiesUnread } from './unread-body.js';

/** The routes of a mailer, for a `MailController`. Requires the `http` option of `MailModule`. */
export class MailRoutes implements OnModuleInit {
  readonly #handler: () => MailHandler;
  #hasController = false;

  /** Called by `MailModule`. */
  constructor(handler: () => MailHandler, adapterHost: HttpAdapterHost) {
    this.#handler = handler;
    // This event comes before Nest registers the body parsers, also in tests.
    adapterHost.init$.subscribe(() => {
      // Workers and microservices have no HTTP adapter.
      const httpAdapter: AbstractHttpAdapter | null = adapterHost.httpAdapter;
      if (httpAdapter) keepBodiesUnread(httpAdapter);
    });
  }

  /** Called by the constructor of each `MailController`, with the names of its handlers. */
  mount(controller: Type, handlers: readonly string[]): void {
    this.#hasController = true;
    markOverrides(controller, handlers);
  }

  onModuleInit(): void {
    // Report missing options on startup instead of on the first request.
    if (this.#hasController) this.#handler();
  }

  /** Responds to a request that the router of the platform matched to this route. */
  async answer(route: string, request: PlatformRequest, response: PlatformResponse): Promise<void> {
    const [query = ''] = /\?.*$/s.exec(rawOf(request).url ?? '') ?? [];
    const path = `/${route.replace(':token', () => encodeURIComponent(request.params?.token ?? ''))}${query}`;
    await respondAt(this.#handler(), path, request, response);
  }
}
