import { All, Inject, Req, Res, type Type } from '@nestjs/common';
import { MailRoutes } from './mail-routes.js';
import { OwnRoute } from './own-route.js';
import type { PlatformRequest, PlatformResponse } from './platform-http.js';

const HANDLERS = [
  'messages',
  'test',
  'verificationCodes',
  'verifyCode',
  'links',
  'link',
  'health',
  'openApi',
] as const satisfies readonly (keyof MailController)[];

/**
 * The routes of `@postern/http` as a controller. Extend it, give it a path with `@Controller`, and add whatever a controller
 * can have: guards, interceptors, a version, a host. Guards run before the body is read, so they don't see it.
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
    routes.mount(new.target as Type, HANDLERS);
  }

  @All('messages')
  @OwnRoute()
  messages(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('messages', request, response);
  }

  @All('test')
  @OwnRoute()
  test(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('test', request, response);
  }

  @All('verification-codes')
  @OwnRoute()
  verificationCodes(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('verification-codes', request, response);
  }

  @All('verification-codes/verify')
  @OwnRoute()
  verifyCode(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('verification-codes/verify', request, response);
  }

  @All('links')
  @OwnRoute()
  links(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('links', request, response);
  }

  @All('links/:token')
  @OwnRoute()
  link(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('links/:token', request, response);
  }

  @All('health')
  @OwnRoute()
  health(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('health', request, response);
  }

  @All('openapi.json')
  @OwnRoute()
  openApi(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('openapi.json', request, response);
  }
}
