import type { OnModuleInit, Type } from '@nestjs/common';
import type { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import type { MailHandler } from '@postern/http';
import { markOverrides } from './own-route.js';
import {
  type PlatformRequest,
  type PlatformResponse,
  rawOf,
  sendResponse,
  toHttpRequest,
} from './platform-http.js';
import { keepBodiesUnread, showBody } from './unread-body.js';

/** The routes of a mailer, for a `MailController`. Needs the option `http` of `MailModule`. */
export class MailRoutes implements OnModuleInit {
  readonly #handler: () => MailHandler;
  #hasController = false;

  /** Made by `MailModule`. */
  constructor(handler: () => MailHandler, adapterHost: HttpAdapterHost) {
    this.#handler = handler;
    // The server exists before its parsers do, in an application and in a test of one.
    adapterHost.init$.subscribe(() => {
      // A worker or a microservice has none.
      const httpAdapter: AbstractHttpAdapter | null = adapterHost.httpAdapter;
      if (httpAdapter) keepBodiesUnread(httpAdapter);
    });
  }

  /** Called by each `MailController` that is created, with the names of its handlers. */
  mount(controller: Type, handlers: readonly string[]): void {
    this.#hasController = true;
    markOverrides(controller, handlers);
  }

  onModuleInit(): void {
    // The application learns at start which of its options are missing, not a client later.
    if (this.#hasController) this.#handler();
  }

  /** Answers a request that the platform's router led to the handler of this route. */
  async answer(route: string, request: PlatformRequest, response: PlatformResponse): Promise<void> {
    const raw = rawOf(request);
    showBody(raw);
    // A client that has hung up no longer has an address, and would avoid the limit of its network.
    if (raw.socket.destroyed) return;
    const path = `/${route.replace(':token', () => encodeURIComponent(request.params?.token ?? ''))}`;
    sendResponse(response, await this.#handler().handle(toHttpRequest(request, path)));
  }
}
