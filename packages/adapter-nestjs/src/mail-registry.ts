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

/** A template as a feature module writes it. */
export type TemplateInput = z.input<typeof templateSchema>;

const problem = (path: ConfigIssue['path'], code: string, message: string) =>
  new ConfigError([{ severity: 'error', path, code, message }]);

const nameOf = ({ usageType, locale }: Template) =>
  locale === undefined ? usageType : `${usageType} (${locale})`;

/** What the modules of one application tell each other before the first email. */
@Injectable()
export class MailRegistry implements OnApplicationBootstrap {
  readonly #contributions = new Map<string, Template[]>();
  readonly #names = new Set<string>();
  readonly #made = new Set<string>();
  #transport: Transport | undefined;

  /**
   * Announces a mailer.
   *
   * @throws {ConfigError} when there is one of this name
   */
  register(name: string): void {
    if (this.#names.has(name))
      throw problem(
        ['name'],
        'duplicate_mailer',
        `there are two mailers named "${name}": give one another name`,
      );
    this.#names.add(name);
  }

  /**
   * Adds the templates of a feature module.
   *
   * @throws {ConfigError} when one can't be used
   */
  contribute(name: string, templates: readonly TemplateInput[]): void {
    if (this.#made.has(name))
      throw problem(
        ['templates'],
        'too_late',
        `the mailer "${name}" was used before all modules were there: send no email from a constructor or a factory`,
      );
    // As in the config, every problem at once; the rest of a config is of no concern here.
    const { issues } = inspectConnectorConfig({ templates });
    const errors = issues.filter(
      ({ severity, path }) => severity === 'error' && path[0] === 'templates' && path.length > 1,
    );
    if (errors.length > 0) throw new ConfigError(errors);
    const known = this.#contributions.get(name) ?? [];
    this.#contributions.set(name, [...known, ...templates.map((template) => templateSchema.parse(template))]);
  }

  /**
   * The templates of a config, and those of the feature modules.
   *
   * @throws {ConfigError} when two are for the same type and language
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
            : 'in another forFeature';
        issues.push({
          severity: 'error',
          path: ['forFeature', nameOf(template)],
          code: 'duplicate_template',
          message: `the mailer "${name}" has a template for ${nameOf(template)} already, ${where}: remove one of them`,
        });
      } else complete.push(template);
    }
    if (issues.length > 0) throw new ConfigError(issues);
    return complete;
  }

  /** Takes the place of every mailer's transport: for tests. */
  replaceTransport(transport: Transport): void {
    if (this.#made.size > 0)
      throw problem(
        ['transport'],
        'too_late',
        'an email was sent before MailTestingModule was there: import it first, and send none from a constructor or a factory',
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
          `there are templates for a mailer named "${name}", but no such mailer: add MailModule.forRoot`,
        );
    }
  }
}

/** The same one for all modules of an application, as it is no dynamic module. */
@Module({ providers: [MailRegistry], exports: [MailRegistry] })
export class MailRegistryModule {}
