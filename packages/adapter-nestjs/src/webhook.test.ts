import {
  type CanActivate,
  Controller,
  Inject,
  type NestApplicationOptions,
  Post,
  Req,
  Res,
  type Type,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { createKratosWebhook, createSupabaseWebhook } from '@postern/adapter-webhooks';
import type { LogEvent, Logger } from '@postern/core';
import { WEBHOOK_CALLS, WEBHOOK_CONFIG } from '@postern/http-contract';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Adapter, createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import {
  MailModule,
  MailService,
  type PlatformRequest,
  type PlatformResponse,
  respondWith,
  UnreadBody,
} from './index.js';

const log: LogEvent[] = [];
const add = (event: LogEvent) => void log.push(event);
const logger: Logger = { debug: add, info: add, warn: add, error: add };

/** A system with a signature, and one with a secret in a header. */
const webhooksFor = (mailer: MailService) => ({
  supabase: createSupabaseWebhook({ mailer, logger, secret: WEBHOOK_CALLS.supabase.secret }),
  kratos: createKratosWebhook({ mailer, logger, secret: WEBHOOK_CALLS.kratos.secret }),
});

class Open implements CanActivate {
  canActivate = () => true;
}

abstract class Webhooks {
  readonly #webhooks: ReturnType<typeof webhooksFor>;

  constructor(@Inject(MailService) mail: MailService) {
    this.#webhooks = webhooksFor(mail);
  }

  protected respond(
    name: 'supabase' | 'kratos',
    request: PlatformRequest,
    response: PlatformResponse,
  ): Promise<void> {
    return respondWith(this.#webhooks[name], request, response);
  }
}

@Controller({ path: 'webhooks', version: '1' })
@UseGuards(Open)
class UnreadWebhooks extends Webhooks {
  @Post('supabase')
  @UnreadBody()
  supabase(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.respond('supabase', request, response);
  }

  @Post('kratos')
  @UnreadBody()
  kratos(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.respond('kratos', request, response);
  }
}

@Controller({ path: 'webhooks', version: '1' })
class ParsedWebhooks extends Webhooks {
  @Post('supabase')
  supabase(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.respond('supabase', request, response);
  }

  @Post('kratos')
  kratos(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return this.respond('kratos', request, response);
  }
}

async function serve(controller: Type, adapter: Adapter, options?: NestApplicationOptions) {
  const transport = createMemoryTransport();
  const imports = [MailModule.forRoot({ config: WEBHOOK_CONFIG, transport, missingVariable: 'empty' })];
  const app = await createApp({ imports, controllers: [controller] }, adapter, options);
  app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI });
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  const url = await app.getUrl();
  log.length = 0;
  const post = async (name: keyof typeof WEBHOOK_CALLS, isSigned = true) => {
    const { body, authenticate } = WEBHOOK_CALLS[name];
    const response = await fetch(`${url}/api/v1/webhooks/${name}`, {
      ...{ method: 'POST', body },
      headers: {
        'Content-Type': 'application/json',
        Connection: 'close',
        ...(isSigned && authenticate(body)),
      },
    });
    return response.status;
  };
  return { post, transport };
}

describe.each(PLATFORMS)('%s', (_platform, adapter) => {
  describe.each(['supabase', 'kratos'] as const)('%s', (name) => {
    test.each([
      ['@UnreadBody', UnreadWebhooks, {}],
      ['rawBody', ParsedWebhooks, { rawBody: true }],
      ['both', UnreadWebhooks, { rawBody: true }],
    ])('checks and sends with %s', async (_way, controller, options) => {
      const { post, transport } = await serve(controller, adapter(), options);

      expect(await post(name, false)).toBe(401);
      expect(transport.emails).toEqual([]);
      expect(await post(name)).toBe(204);
      expect(await transport.inbox.waitForCode('ada@example.com')).toBe('305805');
    });

    test('explains how to mount it if a parser has dropped the bytes', async () => {
      const { post, transport } = await serve(ParsedWebhooks, adapter());

      expect(await post(name)).toBe(500);
      expect(transport.emails).toEqual([]);
      const message = expect.stringMatching(
        /^The body .* read before .* import MailModule.* @UnreadBody\(\)/,
      );
      expect(log).toEqual([
        expect.objectContaining({ event: 'http.failed', error: expect.objectContaining({ message }) }),
      ]);
    });
  });
});
