import { Controller, Post, Req, Res } from '@nestjs/common';
import { type HttpRequest, readBodyText } from '@postern/http';
import { createMemoryTransport } from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import { MailModule, type PlatformRequest, type PlatformResponse, respondWith, UnreadBody } from './index.js';

const echo = {
  async handle(request: HttpRequest) {
    const body = await readBodyText(request, 1024);
    return { status: 202, headers: { 'X-Path': request.path }, body };
  },
};

@Controller('webhooks')
class Webhooks {
  @Post('echo')
  @UnreadBody()
  echo(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    return respondWith(echo, request, response);
  }
}

const mail = MailModule.forRoot({
  config: {
    fromEmail: 'noreply@example.com',
    templates: [{ usageType: 'Generic', contentType: 'text/plain', subject: 'Hello', content: '{{code}}' }],
  },
  transport: createMemoryTransport(),
});

test.each(PLATFORMS)('on %s, a handler gets the bytes of a body', async (_name, adapter) => {
  const app = await createApp({ imports: [mail], controllers: [Webhooks] }, adapter());
  await app.listen(0, '127.0.0.1');
  onTestFinished(() => app.close());
  // A parser would drop the first name and the spaces.
  const body = '{ "a": 1, "a": 2 }';
  const answer = await fetch(`${await app.getUrl()}/webhooks/echo?x=1`, {
    ...{ method: 'POST', body },
    headers: { 'Content-Type': 'application/json', Connection: 'close' },
  });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('x-path')).toBe('/webhooks/echo?x=1');
  expect(await answer.text()).toBe(body);
});
