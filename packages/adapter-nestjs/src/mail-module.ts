import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Module,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MailHealthIndicator } from './mail-health-indicator.js';
import type { MailModuleExtras, MailModuleOptions } from './mail-module-options.js';
import { MailRegistry, MailRegistryModule, type TemplateInput } from './mail-registry.js';
import { MailRoutes } from './mail-routes.js';
import { MailService } from './mail-service.js';
import {
  DEFAULT_MAILER,
  getMailerToken,
  getMailHealthToken,
  getMailRoutesToken,
  getVerificationToken,
} from './mail-token.js';
import { MailerHost } from './mailer-host.js';
import { VerificationService } from './verification-service.js';

const OPTIONS = 'POSTERN_MAIL_OPTIONS';
const TEMPLATES = 'POSTERN_MAIL_TEMPLATES';

/** Every token is written down: no compiler has to tell Nest what a constructor wants. */
const ofHost = <T>(provide: InjectionToken, useFactory: (host: MailerHost) => T): FactoryProvider<T> => ({
  provide,
  useFactory,
  inject: [MailerHost],
});

function withMailer(definition: DynamicModule, name: string): DynamicModule {
  const exported: FactoryProvider[] = [
    ofHost(getMailerToken(name), (host) => new MailService(() => host.mailer)),
    ofHost(getVerificationToken(name), (host) => new VerificationService(() => host.verification)),
    ofHost(getMailHealthToken(name), (host) => new MailHealthIndicator(() => host.checkHealth())),
    {
      provide: getMailRoutesToken(name),
      useFactory: (host: MailerHost, adapterHost: HttpAdapterHost) =>
        new MailRoutes(() => host.handler, adapterHost),
      inject: [MailerHost, HttpAdapterHost],
    },
  ];
  const host: FactoryProvider<MailerHost> = {
    provide: MailerHost,
    useFactory: (options: MailModuleOptions, registry: MailRegistry) =>
      new MailerHost(name, options, registry),
    inject: [OPTIONS, MailRegistry],
  };
  return {
    ...definition,
    imports: [...(definition.imports ?? []), MailRegistryModule],
    providers: [...(definition.providers ?? []), host, ...exported],
    exports: exported.map(({ provide }) => provide),
  };
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MailModuleOptions>({
  optionsInjectionToken: OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMailOptions')
  .setExtras<MailModuleExtras>({ isGlobal: false, name: DEFAULT_MAILER }, (definition, { isGlobal, name }) =>
    withMailer({ ...definition, global: isGlobal ?? false }, name ?? DEFAULT_MAILER),
  )
  .build();

/**
 * Auth emails, one-time codes and links for a Nest application.
 *
 * `forRoot` takes {@link MailModuleOptions}; `forRootAsync` takes them from `useFactory`, `useClass` or
 * `useExisting`, with `inject` and `imports`. Both take {@link MailModuleExtras}. An option that can't be used stops
 * the application when it starts, with a `ConfigError` that lists every problem.
 *
 * Connections are opened when the first email needs one. When the application closes, the server answers its last
 * requests first, then what was accepted is sent, and then the connections are closed: in `onApplicationShutdown`,
 * which on a signal needs `app.enableShutdownHooks()`.
 *
 * @example
 * ```ts
 * @Module({ imports: [MailModule.forRoot({ config: parseConnectorConfig(json), isGlobal: true })] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class MailModule extends ConfigurableModuleClass {
  /**
   * Adds the templates of a feature module to a mailer.
   *
   * @param mailer the name of it. @default the mailer without a name
   * @throws {ConfigError} when the application starts, if a template can't be used, if there is another one for its type
   * and language, or if there is no such mailer
   */
  static forFeature(templates: readonly TemplateInput[], mailer = DEFAULT_MAILER): DynamicModule {
    return {
      module: MailFeatureModule,
      imports: [MailRegistryModule],
      providers: [
        {
          provide: TEMPLATES,
          useFactory: (registry: MailRegistry) => registry.contribute(mailer, templates),
          inject: [MailRegistry],
        },
      ],
    };
  }
}

@Module({})
class MailFeatureModule {}
