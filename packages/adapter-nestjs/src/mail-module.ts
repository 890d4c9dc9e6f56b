import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Module,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LinkGuardService } from './link-guard-service.js';
import { MailHealthIndicator } from './mail-health-indicator.js';
import type { MailModuleExtras, MailModuleOptions } from './mail-module-options.js';
import { MailRegistry, MailRegistryModule, type TemplateInput } from './mail-registry.js';
import { MailRoutes } from './mail-routes.js';
import { MailService } from './mail-service.js';
import {
  DEFAULT_MAILER,
  getLinkGuardToken,
  getMailerToken,
  getMailHealthToken,
  getMailRoutesToken,
  getVerificationToken,
} from './mail-token.js';
import { MailerHost } from './mailer-host.js';
import { VerificationService } from './verification-service.js';

const OPTIONS = 'POSTERN_MAIL_OPTIONS';
const TEMPLATES = 'POSTERN_MAIL_TEMPLATES';

/** Tokens are explicit, so that Nest needs no metadata from a compiler. */
const ofHost = <T>(provide: InjectionToken, useFactory: (host: MailerHost) => T): FactoryProvider<T> => ({
  provide,
  useFactory,
  inject: [MailerHost],
});

function withMailer(definition: DynamicModule, name: string): DynamicModule {
  const exported: FactoryProvider[] = [
    ofHost(getMailerToken(name), (host) => new MailService(() => host.mailer)),
    ofHost(getVerificationToken(name), (host) => new VerificationService(() => host.verification)),
    ofHost(getLinkGuardToken(name), (host) => new LinkGuardService(() => host.linkGuard)),
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
 * Auth emails, one-time codes, and links for a Nest application.
 *
 * `forRoot` accepts {@link MailModuleOptions}. `forRootAsync` gets them from `useFactory`, `useClass`, or `useExisting`, with
 * `inject` and `imports`. Both accept {@link MailModuleExtras}. If an option is not valid, the application fails to start, with
 * a `ConfigError` that lists every problem.
 *
 * The first connection opens when the first email is sent. On shutdown, the server finishes its requests. Then, in
 * `onApplicationShutdown`, the module sends the emails in flight and closes the connections. To shut down on a signal, call
 * `app.enableShutdownHooks()`.
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
   * @param mailer the name of the mailer. The default is the mailer without a name.
   * @throws {ConfigError} on startup, if a template is not valid, if two templates have the same type and language, or if the
   * mailer does not exist
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
