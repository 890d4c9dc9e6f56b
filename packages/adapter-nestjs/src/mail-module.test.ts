import { Controller, Inject, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import nest from '@nestjs/core/package.json' with { type: 'json' };
import { Test } from '@nestjs/testing';
import {
  type CodePayload,
  ConfigError,
  MailError,
  parseConnectorConfig,
  type SendRequest,
} from '@postern/core';
import { createMemoryTransport, startSmtpTrap } from '@postern/testing';
import '@postern/testing/vitest';
import { memoryStore } from '@postern/verification';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bearerToken,
  getMailerToken,
  getVerificationToken,
  InjectMailer,
  InjectVerification,
  MailController,
  MailModule,
  type MailModuleOptions,
  type MailOptionsFactory,
  MailService,
  type TemplateInput,
  VerificationService,
} from './index.js';

declare module '@postern/core' {
  interface PayloadByType {
    Invoice: CodePayload;
    Newsletter: CodePayload;
    Party: CodePayload;
  }
}

const SILENT = { log: () => {}, error: () => {}, warn: () => {} };
const TO = 'ada@example.com';
const SIGN_IN = { to: TO, type: 'SignIn', payload: { code: '482913' } } as const;

const template = (usageType: string, subject = `Your ${usageType} code`): TemplateInput => ({
  usageType,
  contentType: 'text/plain',
  subject,
  content: '{{code}}',
});
const config = {
  fromEmail: 'noreply@example.com',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((type) => template(type)),
};

type Imports = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;

async function start(imports: Imports, providers: (new (...args: never[]) => object)[] = []) {
  const builder = Test.createTestingModule({ imports, providers }).setLogger(SILENT);
  const app = await (await builder.compile()).init();
  onTestFinished(() => app.close());
  return app;
}

const failure = (imports: Imports): Promise<unknown> =>
  start(imports).then(
    () => undefined,
    (error: unknown) => error,
  );

test('runs on the Nest version of the test project', ({ task }) => {
  expect(nest.version).toMatch(task.file.projectName === 'nest 11' ? /^11\./ : /^12\./);
});

describe('forRoot', () => {
  test('sends through the server in the config', async () => {
    await using trap = await startSmtpTrap({ tls: 'none' });
    const server = { host: trap.host, port: trap.port, auth: {} };
    const app = await start([MailModule.forRoot({ config: parseConnectorConfig({ ...config, ...server }) })]);
    expect(trap.sessions).toEqual([]); // connections open on first use
    const mail = app.get(MailService);
    await mail.verify();
    await mail.send(SIGN_IN);
    expect(await trap.inbox.waitForCode(TO)).toBe('482913');
    const rendered = await mail.render(SIGN_IN);
    expect(rendered.subject).toBe('Your SignIn code');
    expect((await mail.deliver(rendered)).messageId).toBe(rendered.messageId);
  });

  test('sends through a transport', async () => {
    const transport = createMemoryTransport();
    const app = await start([MailModule.forRoot({ config, transport })]);
    const { transport: name } = await app.get(MailService).send(SIGN_IN);
    expect(name).toBe('memory');
    expect(transport.inbox.messages).toHaveLength(1);
  });

  test('passes the mailer options on, and treats undefined as the default', async () => {
    const transport = createMemoryTransport();
    const options: MailModuleOptions = {
      ...{ config, transport, otpOrigin: 'https://app.example.com' },
      ...{ verification: undefined, http: undefined, healthIntervalMs: undefined },
    };
    const app = await start([MailModule.forRoot(options)]);
    const { headers } = await app.get(MailService).render(SIGN_IN);
    expect(headers['OTP-Token']).toContain('482913');
  });

  @Injectable()
  class Feature {
    constructor(@InjectMailer() readonly mail: MailService) {}
  }
  @Module({ providers: [Feature] })
  class FeatureModule {}

  test.each([
    [true, undefined],
    [false, expect.objectContaining({ message: expect.stringMatching(/MailService/) })],
  ])('isGlobal %s controls whether other modules must import it', async (isGlobal, error) => {
    const transport = createMemoryTransport();
    const mail = MailModule.forRoot({ config, transport, isGlobal });
    expect(await failure([mail, FeatureModule])).toEqual(error);
  });
});

test('the types require a server or a transport', async () => {
  // @ts-expect-error both are missing
  expect(await failure([MailModule.forRoot({ config })])).toBeMailError('config_invalid');
});

describe('forRootAsync', () => {
  let transport = createMemoryTransport();
  beforeEach(() => {
    transport = createMemoryTransport();
  });

  @Injectable()
  class Settings implements MailOptionsFactory {
    createMailOptions = async () => ({ config, transport });
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  test.each([
    [
      'a factory',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: (settings: Settings) => settings.createMailOptions(),
      },
    ],
    ['a class', { useClass: Settings }],
    ['an existing provider', { imports: [SettingsModule], useExisting: Settings }],
  ])('gets options from %s', async (_name, options) => {
    const app = await start([MailModule.forRootAsync({ ...options, name: 'async', isGlobal: true })]);
    await app.get<MailService>(getMailerToken('async')).send(SIGN_IN);
    expect(transport.inbox.messages).toHaveLength(1);
  });
});

describe('the application fails to start if options are not valid', () => {
  const transport = createMemoryTransport();
  const secret = 'too short';
  const unusable: [string, unknown, string][] = [
    ['none', undefined, 'MailModule requires an object with config'],
    ['no config', { transport }, 'config: must be the result of parseConnectorConfig'],
    ['a config without templates', { config: {}, transport }, 'config.templates: is required'],
    ['an interval', { config, transport, healthIntervalMs: -1 }, 'healthIntervalMs: must be 0 or more'],
    ['a sender', { config: { ...config, fromEmail: 'nobody' }, transport }, 'fromEmail'],
    ['a verification', { config, transport, verification: { store: memoryStore(), secret } }, 'secret'],
    ['routes', { config, transport, http: {} }, 'authorize'],
    ['no server', { config }, 'host'],
  ];
  test.each(unusable)('%s', async (_name, options, message) => {
    const error = await failure([
      MailModule.forRootAsync({ useFactory: () => options as MailModuleOptions }),
    ]);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain(secret);
  });
});

describe('several mailers', () => {
  @Injectable()
  class Both {
    constructor(
      @Inject(MailService) readonly auth: MailService,
      @InjectMailer('marketing') readonly marketing: MailService,
      @InjectVerification('marketing') readonly verification: VerificationService,
    ) {}
  }

  test('have separate transports and templates', async () => {
    const transports = [createMemoryTransport(), createMemoryTransport()] as const;
    const app = await start(
      [
        MailModule.forRoot({ config, transport: transports[0] }),
        MailModule.forRoot({
          name: 'marketing',
          config: { ...config, fromEmail: 'news@example.com' },
          transport: transports[1],
          verification: { store: memoryStore(), keys: [{ id: 'test', secret: 's'.repeat(32) }] },
        }),
        MailModule.forFeature([template('Newsletter')], 'marketing'),
      ],
      [Both],
    );
    const { auth, marketing, verification } = app.get(Both);
    await auth.send(SIGN_IN);
    await marketing.send({ ...SIGN_IN, type: 'Newsletter' });
    expect(transports.map(({ emails }) => emails.map(({ type, from }) => [type, from.address]))).toEqual([
      [['SignIn', 'noreply@example.com']],
      [['Newsletter', 'news@example.com']],
    ]);
    expect((await auth.render({ ...SIGN_IN, type: 'Newsletter' })).subject).toBe('Your Generic code');
    await verification.start({ to: TO, type: 'SignIn', method: 'code' });
    expect(transports[1].inbox.messages).toHaveLength(2);
    expect(getMailerToken()).toBe(MailService);
    expect(getVerificationToken('default')).toBe(VerificationService);
  });

  test('cannot have the same name', async () => {
    const transport = createMemoryTransport();
    const error = await failure([
      MailModule.forRoot({ config, transport }),
      MailModule.forRoot({ config, transport, otpOrigin: 'https://app.example.com' }),
    ]);
    expect(error).toBeMailError('config_invalid');
    expect(String(error)).toContain('two mailers have the name "default"');
  });
});

describe('forFeature', () => {
  const root = () => MailModule.forRoot({ config, transport: createMemoryTransport() });

  test('adds templates before and after the root module is imported', async () => {
    @Module({
      imports: [
        MailModule.forFeature([
          template('Invoice', 'Pay'),
          { ...template('SignIn', 'Ihr Code'), locale: 'de' },
        ]),
      ],
    })
    class BillingModule {}
    const app = await start([BillingModule, MailModule.forFeature([template('Party', 'Come')]), root()]);
    const mail = app.get(MailService);
    const subject = async (type: string, locale?: string) =>
      (await mail.render({ ...SIGN_IN, type, locale } as SendRequest)).subject;
    expect(await subject('Invoice')).toBe('Pay');
    expect(await subject('Party')).toBe('Come');
    expect(await subject('SignIn', 'de-AT')).toBe('Ihr Code');
    expect(await subject('SignIn')).toBe('Your SignIn code');
  });

  test.each<[string, () => Imports, string]>([
    [
      'a template that is already in the config',
      () => [root(), MailModule.forFeature([template('SignIn')])],
      'already has a template for SignIn in the config (templates[1])',
    ],
    [
      'a template that another module added',
      () => ['a', 'b'].map((subject) => MailModule.forFeature([template('Invoice', subject)])).concat(root()),
      'already has a template for Invoice in another forFeature call',
    ],
    [
      'a template that cannot be parsed',
      () => [root(), MailModule.forFeature([template('Invoice', '{{#if code}}')])],
      'templates[0].subject',
    ],
    [
      'a template without content',
      () => [
        root(),
        MailModule.forFeature([{ ...template('Invoice'), content: undefined as unknown as string }]),
      ],
      'templates[0].content: content is required',
    ],
    [
      'a mailer that does not exist',
      () => [root(), MailModule.forFeature([template('Invoice')], 'billing')],
      'templates were added to the mailer "billing", which does not exist',
    ],
  ])('rejects %s', async (_name, imports, message) => {
    const error = await failure(imports());
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(message);
  });

  test('rejects templates after the first email', async () => {
    @Injectable()
    class Eager {
      constructor(@Inject(MailService) mail: MailService) {
        mail.send(SIGN_IN).catch(() => {});
      }
    }
    @Module({ providers: [Eager], exports: [Eager] })
    class EagerModule {}
    const feature = MailModule.forFeature([template('Invoice')]);
    // Nest creates injected providers first.
    feature.imports?.push(EagerModule);
    const provider = feature.providers?.[0];
    if (provider && 'inject' in provider) provider.inject?.push(Eager);
    const root = MailModule.forRoot({ config, transport: createMemoryTransport(), isGlobal: true });
    const error = await failure([root, feature]);
    expect(String(error)).toContain('do not send emails from a constructor or a provider factory');
  });
});

describe('VerificationService', () => {
  const verification = {
    store: memoryStore(),
    keys: [{ id: 'test', secret: 's'.repeat(32) }] as const,
    linkUrl: 'https://app.example.com/mail/links/{token}',
  };

  test('issues and checks codes and links', async () => {
    const transport = createMemoryTransport();
    const app = await start([
      MailModule.forRoot({
        config: {
          ...config,
          templates: [
            { ...template('Generic'), content: '{{#if code}}{{code}}{{/if}}{{#if link}}{{link}}{{/if}}' },
          ],
        },
        transport,
        verification,
      }),
    ]);
    const service = app.get(VerificationService);
    await service.start({ to: TO, type: 'SignIn', method: 'code' });
    const code = await transport.inbox.waitForCode(TO);
    expect(await service.check({ to: TO, type: 'SignIn', code })).toMatchObject({
      status: 'verified',
      to: TO,
    });
    const bob = 'bob@example.com';
    await service.start({ to: bob, type: 'Register', method: 'link' });
    const token = (await transport.inbox.waitForLink(bob)).split('/').at(-1) ?? '';
    expect(await service.peekLink(token)).toMatchObject({ to: 'b***@example.com' });
    expect(await service.consumeLink(token)).toMatchObject({ status: 'verified', to: bob });
    await service.start({ to: 'eve@example.com', type: 'SignIn', method: 'code' });
    await service.cancel({ to: 'eve@example.com', type: 'SignIn' });
    const check = service.check({ to: 'eve@example.com', type: 'SignIn', code: '000000' });
    await expect(check).rejects.toMatchObject({ code: 'code_incorrect' });
  });

  test('fails without the verification option', async () => {
    const app = await start([MailModule.forRoot({ config, transport: createMemoryTransport() })]);
    const started = app.get(VerificationService).start({ to: TO, type: 'SignIn', method: 'code' });
    await expect(started).rejects.toThrow('verification: is required for codes and links');
  });
});

test('shutdown sends accepted emails first and rejects later ones', async () => {
  await using trap = await startSmtpTrap({ tls: 'none' });
  const server = { host: trap.host, port: trap.port, auth: {} };
  const app = await start([MailModule.forRoot({ config: parseConnectorConfig({ ...config, ...server }) })]);
  const mail = app.get(MailService);
  const people = Array.from({ length: 20 }, (_, index) => `person-${index}@example.com`);
  const sent = people.map((to) => mail.send({ ...SIGN_IN, to }));
  await app.close();
  expect(await Promise.all(sent)).toHaveLength(20);
  expect(trap.inbox.messages).toHaveLength(20);
  await expect(mail.send(SIGN_IN)).rejects.toBeMailError('closed');
});

describe('without HTTP', () => {
  @Controller('mail')
  class Routes extends MailController {}
  const http = { authorize: bearerToken('the-secret-of-the-nest-tests') };

  test.each([
    ['a worker', (app: Type) => NestFactory.createApplicationContext(app, { logger: false })],
    [
      'a microservice',
      (app: Type) => NestFactory.createMicroservice(app, { logger: false, options: { port: 0 } }),
    ],
  ])('%s sends emails even if its module has a MailController', async (_name, create) => {
    const mail = MailModule.forRoot({ config, transport: createMemoryTransport(), http });
    @Module({ imports: [mail], controllers: [Routes] })
    class AppModule {}
    const app = await (await create(AppModule)).init();
    onTestFinished(() => app.close());
    expect((await app.get(MailService).send(SIGN_IN)).accepted).toBe(TO);
  });
});

test('events go to the log of Nest, without codes', async () => {
  const lines: unknown[] = [];
  const note = (...line: unknown[]) => void lines.push(line);
  const logger = { log: vi.fn(note), error: vi.fn(note), warn: note, debug: note };
  const transport = createMemoryTransport();
  transport.failWith(new MailError('auth_failed', 'The login was refused.', { stage: 'auth' }), { times: 1 });
  const app = await Test.createTestingModule({
    imports: [MailModule.forRoot({ name: 'auth', config, transport })],
  })
    .setLogger(logger)
    .compile();
  onTestFinished(() => app.close());
  const mail = app.get<MailService>(getMailerToken('auth'));
  await expect(mail.send(SIGN_IN)).rejects.toBeMailError('auth_failed');
  await mail.send(SIGN_IN);
  expect(logger.error).toHaveBeenCalledWith(
    expect.objectContaining({ event: 'mail.failed', code: 'auth_failed' }),
    undefined,
    'MailModule:auth',
  );
  expect(logger.log).toHaveBeenCalledWith(expect.objectContaining({ event: 'mail.sent' }), 'MailModule:auth');
  expect(JSON.stringify(lines)).not.toContain('482913');
});
