import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import {
  ConfigError,
  type ConfigIssue,
  formatPath,
  inspectConnectorConfig,
  type Template,
  type Transport,
  templateSchema,
} from '@postern/core';
import type { z } from 'zod';

/** A template of a feature module. */
export type TemplateInput = z.input<typeof templateSchema>;

const problem = (path: ConfigIssue['path'], code: string, message: string) =>
  new ConfigError([{ severity: 'error', path, code, message }]);

const nameOf = ({ usageType, locale }: Template) =>
  locale === undefined ? usageType : `${usageType} (${locale})`;

/** Collects the mailers and templates of an application before the first email. */
@Injectable()
export class MailRegistry implements OnApplicationBootstrap {
  readonly #contributions = new Map<string, Template[]>();
  readonly #names = new Set<string>();
  readonly #made = new Set<string>();
  #transport: Transport | undefined;

  /**
   * Adds a mailer.
   *
   * @throws {ConfigError} if another mailer has the same name
   */
  register(name: string): void {
    if (this.#names.has(name))
      throw problem(['name'], 'duplicate_mailer', `two mailers have the name "${name}": rename one of them`);
    this.#names.add(name);
  }

  /**
   * Adds the templates of a feature module.
   *
   * @throws {ConfigError} if a template is not valid
   */
  contribute(name: string, templates: readonly TemplateInput[]): void {
    if (this.#made.has(name))
      throw problem(
        ['templates'],
        'too_late',
        `the mailer "${name}" was used before all modules were loaded: do not send emails from a constructor or a provider factory`,
      );
    // Report every problem at once, but only those of the templates.
    const { issues } = inspectConnectorConfig({ templates });
    const errors = issues.filter(
      ({ severity, path }) => severity === 'error' && path[0] === 'templates' && path.length > 1,
    );
    if (errors.length > 0) throw new ConfigError(errors);
    const known = this.#contributions.get(name) ?? [];
    this.#contributions.set(name, [...known, ...templates.map((template) => templateSchema.parse(template))]);
  }

  /**
   * Returns the templates of a config and those of the feature modules.
   *
   * @throws {ConfigError} if two templates have the same type and language
   */
  complete(name: string, ofConfig: readonly Template[]): Template[] {
    this.#made.add(name);
    const complete = [...ofConfig];
    const issues: ConfigIssue[] = [];
    for (const template of this.#contributions.get(name) ?? []) {
      const { usageType, locale } = template;
      const index = complete.findIndex((other) => other.usageType === usageType && other.locale === locale);
      if (index >= 0) {
        const where =
          index < ofConfig.length
            ? `in the config (${formatPath(['templates', index])})`
            : 'in another forFeature call';
        issues.push({
          severity: 'error',
          path: ['forFeature', nameOf(template)],
          code: 'duplicate_template',
          message: `the mailer "${name}" already has a template for ${nameOf(template)} ${where}: remove one of them`,
        });
      } else complete.push(template);
    }
    if (issues.length > 0) throw new ConfigError(issues);
    return complete;
  }

  /** Replaces the transports of all mailers in tests. */
  replaceTransport(transport: Transport): void {
    if (this.#made.size > 0)
      throw problem(
        ['transport'],
        'too_late',
        'an email was sent before MailTestingModule was loaded: import it first, and do not send emails from a constructor or a provider factory',
      );
    this.#transport = transport;
  }

  get transport(): Transport | undefined {
    return this.#transport;
  }

  onApplicationBootstrap(): void {
    for (const name of this.#contributions.keys()) {
      if (!this.#names.has(name))
        throw problem(
          ['forFeature'],
          'unknown_mailer',
          `templates were added to the mailer "${name}", which does not exist: add MailModule.forRoot with this name`,
        );
    }
  }
}

/** A static module, so that all modules of an application share one registry. */
@Module({ providers: [MailRegistry], exports: [MailRegistry] })
export class MailRegistryModule {}
