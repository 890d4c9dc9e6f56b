import { All, Inject, Req, Res, type Type } from '@nestjs/common';
import { MailRoutes } from './mail-routes.js';
import type { PlatformRequest, PlatformResponse } from './platform-http.js';

/**
 * The routes of `@postern/http` as a controller. Extend it, say where it is mounted, and put on it what any controller
 * may have: guards, interceptors, a version, a host. Guards come first and the body is not read yet then, so they see
 * neither the body nor the header fields about it.
 *
 * @throws {ConfigError} when `MailModule` has no option `http`
 *
 * @example
 * ```ts
 * @Controller('mail')
 * @UseGuards(ThrottlerGuard)
 * export class AuthMailController extends MailController {}
 * ```
 */
export abstract class MailController {
  readonly #routes: MailRoutes;

  constructor(@Inject(MailRoutes) routes: MailRoutes) {
    this.#routes = routes;
    routes.mount(new.target as Type);
  }

  @All('messages')
  messages(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('messages', request, response);
  }

  @All('test')
  test(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('test', request, response);
  }

  @All('verification-codes')
  verificationCodes(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('verification-codes', request, response);
  }

  @All('verification-codes/verify')
  verifyCode(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('verification-codes/verify', request, response);
  }

  @All('links')
  links(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('links', request, response);
  }

  @All('links/:token')
  link(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('links/:token', request, response);
  }

  @All('health')
  health(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('health', request, response);
  }

  @All('openapi.json')
  openApi(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('openapi.json', request, response);
  }
}
