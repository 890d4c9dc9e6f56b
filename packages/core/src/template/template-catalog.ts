import { type AcceptedLocales, pickLocale } from '../locale.js';
import type { Logger } from '../logger.js';
import { MailError } from '../mail-error.js';
import {
  type CompiledTemplate,
  type CompileOptions,
  compileEmailTemplate,
  type TemplateToCompile,
} from './compiled-template.js';
import type { Template, TemplateOverride } from './template.js';
import { templateOverrideSchema } from './template.js';

/** Overrides are recognized by their text. As many stay compiled as fit into both limits. */
const MAX_OVERRIDES = 200;
const MAX_OVERRIDE_CHARACTERS = 4 * 1024 * 1024;

/** Finds the template for an email, and compiles each at most once. */
export interface TemplateCatalog {
  /**
   * By type and language, else by `Generic` and language.
   *
   * @throws {MailError} `template_not_found`, `template_invalid`
   */
  find(type: string, locale: AcceptedLocales | undefined): CompiledTemplate;
  /**
   * Compiles a template that is not part of the config.
   *
   * @throws {MailError} `template_invalid`
   */
  compileOverride(type: string, override: TemplateOverride): CompiledTemplate;
}

export function createTemplateCatalog(options: {
  templates: readonly Template[];
  defaultLocale: string | undefined;
  compileOptions: CompileOptions;
  logger: Logger;
}): TemplateCatalog {
  const { defaultLocale, compileOptions, logger } = options;
  const templatesByType = Map.groupBy(options.templates, ({ usageType }) => usageType);
  const find = (type: string, locale: AcceptedLocales | undefined) =>
    findTemplate(templatesByType.get(type) ?? [], locale, defaultLocale);
  const compiled = new Map<Template, CompiledTemplate>();
  const overrides = new Map<string, CompiledTemplate>();
  let overrideCharacters = 0;

  const compile = (type: string, template: TemplateToCompile): CompiledTemplate => {
    const result = compileEmailTemplate(type, template, compileOptions);
    logger.debug({ event: 'template.compiled', type, locale: template.locale });
    return result;
  };

  return {
    find(type, locale) {
      const template = find(type, locale) ?? find('Generic', locale);
      if (!template) {
        throw new MailError('template_not_found', `There is no template for ${type}, and no Generic one.`, {
          stage: 'template',
          hint: `Add a template with the usageType ${JSON.stringify(type)}, or one with "Generic" that fits every email.`,
        });
      }
      const known = compiled.get(template) ?? compile(template.usageType, template);
      compiled.set(template, known);
      return known;
    },

    compileOverride(type, override) {
      const checked = templateOverrideSchema.safeParse(override);
      if (!checked.success) {
        const problems = checked.error.issues.map(({ message }) => message).join('; ');
        throw new MailError(
          'template_invalid',
          `The template override for ${type} is not valid: ${problems}.`,
          { stage: 'template' },
        );
      }
      // Errors name the type.
      const key = JSON.stringify([type, checked.data]);
      const known = overrides.get(key);
      const template = known ?? compile(type, checked.data);
      // Re-inserted at the end: the first one of the map is the least recently used.
      if (known) overrides.delete(key);
      else overrideCharacters += key.length;
      overrides.set(key, template);
      for (const oldest of overrides.keys()) {
        if (overrides.size <= MAX_OVERRIDES && overrideCharacters <= MAX_OVERRIDE_CHARACTERS) break;
        overrides.delete(oldest);
        overrideCharacters -= oldest.length;
      }
      return template;
    },
  };
}

/** The tag of no language (BCP 47 section 4.1). */
const ANY = 'und';

/** Exact language → wider language → default language → the template without a language. */
function findTemplate(
  candidates: readonly Template[],
  locale: AcceptedLocales | undefined,
  defaultLocale: string | undefined,
): Template | undefined {
  const available = candidates.flatMap((template) => template.locale ?? []);
  const standard = pickLocale(defaultLocale, available);
  // `*` accepts any language, so it gets the default one: the first of these, or the template for every language.
  const chosen = pickLocale(locale, standard === undefined ? [ANY, ...available] : [standard, ...available]);
  const first = chosen === undefined ? standard : chosen;
  const locales = first === ANY ? [undefined, ...available] : [first, undefined];
  for (const each of locales) {
    const template = candidates.find((candidate) => candidate.locale === each);
    if (template) return template;
  }
  return undefined;
}
