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
  'open',
  'health',
  'openApi',
] as const satisfies readonly (keyof MailController)[];

/**
 * The routes of `@postern/http` as a controller. Extend it, set its path with `@Controller`, and add guards, interceptors, a
 * version, or a host as in any other controller. Guards run before the body is read, so they cannot see it.
 *
 * @throws {ConfigError} if the `http` option of `MailModule` is missing
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

  @All('open')
  @OwnRoute()
  open(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.#routes.answer('open', request, response);
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
