import { Body, Controller, Get, HttpException, Inject, Post, UseFilters } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { MailError } from '@postern/core';
import { memoryStore } from '@postern/verification';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import { MailExceptionFilter, MailModule, MailService, ProblemError, VerificationService } from './index.js';
import { MailTestingModule, MailTestingService } from './testing.js';

@Controller()
@UseFilters(MailExceptionFilter)
class SignInController {
  constructor(
    @Inject(MailService) private readonly mail: MailService,
    @Inject(VerificationService) private readonly verification: VerificationService,
  ) {}

  @Post('send')
  async send(@Body() { to }: { to: string }) {
    return this.mail.send({ to, type: 'SignIn', payload: { code: '482913' } });
  }

  @Post('start')
  async start(@Body() { to }: { to: string }) {
    await this.verification.start({ to, type: 'SignIn', method: 'code' });
  }

  @Get('locked')
  locked() {
    throw new ProblemError('forbidden', { detail: 'This account is locked.' });
  }

  @Get('teapot')
  teapot() {
    throw new HttpException('I am a teapot', 418);
  }
}

describe.each(PLATFORMS)('MailExceptionFilter on %s', (_platform, adapter) => {
  async function serve() {
    const template = {
      usageType: 'Generic',
      contentType: 'text/plain',
      subject: 'Hi',
      content: '{{code}}',
    } as const;
    const mail = MailModule.forRoot({
      config: { fromEmail: 'noreply@example.com', templates: [template] },
      transport: { send: vi.fn(), verify: vi.fn(), close: vi.fn() } as never,
      verification: { store: memoryStore(), keys: [{ id: 'test', secret: 's'.repeat(32) }] },
    });
    const [error, log, warn] = [vi.fn(), vi.fn(), vi.fn()];
    const logger = { error, log, warn };
    const app = await createApp(
      { imports: [mail, MailTestingModule.forRoot()], controllers: [SignInController] },
      adapter(),
      { logger },
    );
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    const url = await app.getUrl();
    const ask = async (path: string, body?: object) => {
      const init = body && { method: 'POST', body: JSON.stringify(body) };
      const headers = { 'Content-Type': 'application/json', Connection: 'close' };
      const answer = await fetch(url + path, { ...init, headers });
      return {
        status: answer.status,
        headers: answer.headers,
        body: JSON.parse((await answer.text()) || 'null'),
      };
    };
    return { ask, error, log, warn, testing: app.get(MailTestingService) };
  }

  test('returns the problem documents of the routes', async () => {
    const { ask, error } = await serve();
    const refused = await ask('/send', { to: 'ada@example.com, bob@example.com' });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.body).toEqual({
      type: 'urn:postern:problem:recipient_invalid',
      title: 'The recipient must be exactly one valid email address.',
      status: 400,
      code: 'recipient_invalid',
    });
    expect((await ask('/start', { to: 'ada@example.com' })).status).toBe(201);
    const early = await ask('/start', { to: 'ada@example.com' });
    expect([early.status, early.body.code]).toEqual([429, 'cooldown']);
    expect(Number(early.headers.get('retry-after'))).toBe(early.body.retryAfter);
    expect((await ask('/locked')).body).toMatchObject({
      code: 'forbidden',
      detail: 'This account is locked.',
    });
    expect(error.mock.calls.filter(([entry]) => entry instanceof Error)).toEqual([]);
  });

  test('logs details that it does not return to the client', async () => {
    const { ask, error, testing } = await serve();
    const failure = new MailError('auth_failed', 'The login of mailer@example.com was refused.', {
      stage: 'auth',
    });
    testing.failWith(failure);
    const { status, body } = await ask('/send', { to: 'ada@example.com' });
    expect(status).toBe(502);
    expect(JSON.stringify(body)).not.toContain('mailer@example.com');
    expect(error.mock.calls.flat()).toContain(failure);
  });

  test('logs mistakes of clients below the level error', async () => {
    const { ask, error, log, warn } = await serve();
    await ask('/send', { to: 'ada@example.com, bob@example.com' });
    await ask('/locked');
    expect(warn).not.toHaveBeenCalled();
    const ofFilter = (calls: unknown[][]) =>
      calls.filter((call) => call.at(-1) === 'MailExceptionFilter').map(([event]) => event);
    expect(ofFilter(log.mock.calls)).toEqual([
      { event: 'http.refused', code: 'recipient_invalid', status: 400 },
      { event: 'http.refused', code: 'forbidden', status: 403 },
    ]);
    expect(ofFilter(error.mock.calls)).toEqual([]);
  });

  test('leaves other exceptions to Nest', async () => {
    const { ask } = await serve();
    expect((await ask('/teapot')).body).toEqual({ statusCode: 418, message: 'I am a teapot' });
    expect((await ask('/nothing')).status).toBe(404);
  });
});

test('throws the error again if the context is not HTTP', () => {
  const host = new ExecutionContextHost([]);
  host.setType('rpc');
  const error = new MailError('closed', 'The mailer is closed.', { stage: 'pool' });
  expect(() => new MailExceptionFilter().catch(error, host)).toThrow(error);
});
