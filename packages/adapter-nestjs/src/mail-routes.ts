import type { OnModuleInit, Type } from '@nestjs/common';
import type { AbstractHttpAdapter, ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { MailHandler } from '@postern/http';
import { type Mount, mountsOf } from './mount.js';
import {
  type PlatformRequest,
  type PlatformResponse,
  pathOf,
  rawOf,
  sendResponse,
  toHttpRequest,
} from './platform-http.js';
import { hideBody, showBody } from './unparsed-body.js';

/** The routes of a mailer, for a `MailController`. Needs the option `http` of `MailModule`. */
export class MailRoutes implements OnModuleInit {
  readonly #handler: () => MailHandler;
  readonly #adapterHost: HttpAdapterHost;
  readonly #config: ApplicationConfig;
  readonly #controllers = new Set<Type>();
  #isStarted = false;
  #mounts: readonly Mount[] | undefined;

  /** Made by `MailModule`. */
  constructor(handler: () => MailHandler, adapterHost: HttpAdapterHost, config: ApplicationConfig) {
    this.#handler = handler;
    this.#adapterHost = adapterHost;
    this.#config = config;
  }

  /** Told by a `MailController` that it is there. */
  mount(controller: Type): void {
    // One that is made anew for every request gets its bodies from the parsers.
    if (this.#isStarted) return;
    this.#controllers.add(controller);
    if (this.#controllers.size > 1) return;
    // The server is there before the parsers are, in an application and in a test of one.
    this.#adapterHost.init$.subscribe(() => {
      // A worker or a microservice has none.
      const httpAdapter: AbstractHttpAdapter | null = this.#adapterHost.httpAdapter;
      httpAdapter?.use((request: Parameters<typeof pathOf>[0], _response: unknown, next: () => void) => {
        if (this.#finds(pathOf(request))) hideBody(request);
        next();
      });
    });
  }

  onModuleInit(): void {
    this.#isStarted = true;
    // What its options lack is for whoever starts the application, not for a client.
    if (this.#controllers.size > 0) this.#handler();
  }

  /** Answers a request of a `MailController`, whatever it is about. */
  async answer(route: string, request: PlatformRequest, response: PlatformResponse): Promise<void> {
    const raw = rawOf(request);
    showBody(raw);
    // Who has hung up has no address any more, and would get round the window of their network.
    if (raw.socket.destroyed) return;
    // Below the mount path, which only Nest's router knows for sure.
    const segments = pathOf(raw).split('/').slice(-route.split('/').length);
    const path = `/${segments.join('/')}`;
    sendResponse(response, await this.#handler().handle(toHttpRequest(request, path)));
  }

  #finds(path: string): boolean {
    this.#mounts ??= [...this.#controllers].flatMap((controller) => mountsOf(controller, this.#config));
    return this.#mounts.some(({ path: mount, serves }) => {
      const route = path.slice(mount.length);
      return path.startsWith(`${mount}/`) && this.#handler().finds(route) && serves(route);
    });
  }
}
