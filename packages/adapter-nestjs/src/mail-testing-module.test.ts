import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MailError } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { expect, onTestFinished, test } from 'vitest';
import { getMailerToken, MailModule, MailService } from './index.js';
import { MailTestingModule, MailTestingService } from './testing.js';

const SILENT = { log: () => {}, error: () => {}, warn: () => {} };
const SIGN_IN = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } } as const;
const real = createMemoryTransport({ name: 'real' });
const config = {
  fromEmail: 'noreply@example.com',
  templates: [
    { usageType: 'Generic', contentType: 'text/plain', subject: 'Hi', content: '{{code}}' },
  ] as const,
};
const options = { config: { ...config, templates: [...config.templates] }, transport: real };

@Module({
  imports: [
    MailModule.forRoot(options),
    MailModule.forRootAsync({ name: 'marketing', useFactory: async () => options }),
  ],
})
class AppModule {}

test.each([
  ['before', [MailTestingModule.forRoot(), AppModule]],
  ['after', [AppModule, MailTestingModule.forRoot()]],
])('keeps the emails of all mailers when imported %s the modules under test', async (_order, imports) => {
  const module = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
  onTestFinished(() => module.close());
  const testing = module.get(MailTestingService);
  await module.get(MailService, { strict: false }).send(SIGN_IN);
  expect(await testing.inbox.waitForCode('ada@example.com')).toBe('482913');
  const marketing = module.get<MailService>(getMailerToken('marketing'), { strict: false });
  await marketing.send({ ...SIGN_IN, to: 'bob@example.com' });
  expect(testing.inbox.messages.map(({ to }) => to)).toEqual(['ada@example.com', 'bob@example.com']);
  expect(real.emails).toEqual([]);

  const failure = new MailError('connection_failed', 'The server is unreachable.', { stage: 'connect' });
  const handle = testing.failWith(failure, { times: 1 });
  await expect(marketing.send(SIGN_IN)).rejects.toBe(failure);
  await marketing.send(SIGN_IN);
  expect(handle.fired).toBe(1);
});

test('does not close the transport that it replaces', async () => {
  const module = await Test.createTestingModule({
    imports: [AppModule, MailTestingModule.forRoot()],
  }).compile();
  await module.init();
  await module.close();
  await real.send(testEmail({ to: 'ada@example.com' }));
});

test('fails to start if an email was sent before it was loaded', async () => {
  @Injectable()
  class Eager {
    constructor(@Inject(MailService) mail: MailService) {
      mail.send(SIGN_IN).catch(() => {});
    }
  }
  @Module({ imports: [MailModule.forRoot(options)], providers: [Eager], exports: [Eager] })
  class EagerModule {}
  const late = MailTestingModule.forRoot();
  late.imports?.push(EagerModule);
  const provider = late.providers?.[0];
  // Nest creates injected providers first.
  if (provider && 'inject' in provider) provider.inject?.push(Eager);
  const compiled = Test.createTestingModule({ imports: [late] }).setLogger({
    log() {},
    error() {},
    warn() {},
  });
  await expect(compiled.compile()).rejects.toThrow('an email was sent before MailTestingModule was loaded');
});
