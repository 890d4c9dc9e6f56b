import { type AcceptedLocales, pickLocale } from '../locale.js';
import type { Logger } from '../logger.js';
import { MailError } from '../mail-error.js';
import { isNotice } from '../usage-types.js';
import {
  type CompiledTemplate,
  type CompileOptions,
  compileEmailTemplate,
  type TemplateToCompile,
} from './compiled-template.js';
import type { Template, TemplateOverride } from './template.js';
import { templateOverrideSchema } from './template.js';

/** Compiled overrides are cached by their text, within both limits. */
const MAX_OVERRIDES = 200;
const MAX_OVERRIDE_CHARACTERS = 4 * 1024 * 1024;

/** Finds the template for an email, and compiles each at most once. */
export interface TemplateCatalog {
  /**
   * Finds a template by type and language, or else by `Generic` and language. A notice has no code, so it does not use the
   * `Generic` templates.
   *
   * @throws {MailError} `template_not_found`, `template_invalid`
   */
  find(type: string, locale: AcceptedLocales | undefined): Promise<CompiledTemplate>;
  /**
   * Compiles a template that is not part of the config.
   *
   * @throws {MailError} `template_invalid`
   */
  compileOverride(type: string, override: TemplateOverride): Promise<CompiledTemplate>;
}

export function createTemplateCatalog(options: {
  templates: readonly Template[];
  defaultLocale: string | undefined;
  compileOptions: CompileOptions;
  logger: Logger;
}): TemplateCatalog {
  const { defaultLocale, compileOptions, logger } = options;
  const variantsByType = new Map(
    Array.from(
      Map.groupBy(options.templates, ({ usageType }) => usageType),
      ([type, templates]) => [type, variantsOf(templates, defaultLocale)],
    ),
  );
  const compiled = new Map<Template, Promise<CompiledTemplate>>();
  const overrides = new Map<string, Promise<CompiledTemplate>>();
  let overrideCharacters = 0;

  const forget = (key: string) => {
    if (overrides.delete(key)) overrideCharacters -= key.length;
  };

  async function compile(type: string, template: TemplateToCompile): Promise<CompiledTemplate> {
    const result = await compileEmailTemplate(type, template, compileOptions);
    logger.debug({ event: 'template.compiled', type, locale: template.locale });
    return result;
  }

  return {
    async find(type, locale) {
      const own = variantsByType.get(type);
      const generic = isNotice(type) ? undefined : variantsByType.get('Generic');
      const template = (own && findVariant(own, locale)) ?? (generic && findVariant(generic, locale));
      if (!template) {
        throw new MailError(
          'template_not_found',
          `There is no template for ${type}${isNotice(type) ? '' : ' and no Generic template'}.`,
          {
            stage: 'template',
            hint: `Add a template with "usageType": ${JSON.stringify(type)}${isNotice(type) ? '' : ', or a "Generic" template for all types'}.`,
          },
        );
      }
      const known = compiled.get(template);
      if (known) return known;
      const made = compile(template.usageType, template);
      compiled.set(template, made);
      // Loading the libraries may succeed next time.
      made.catch(() => compiled.delete(template));
      return made;
    },

    async compileOverride(type, override) {
      const checked = templateOverrideSchema.safeParse(override);
      if (!checked.success) {
        const problems = checked.error.issues.map(({ message }) => message).join('; ');
        throw new MailError(
          'template_invalid',
          `The template override for ${type} is not valid: ${problems}.`,
          { stage: 'template' },
        );
      }
      // The key includes the type, because errors name it.
      const key = JSON.stringify([type, checked.data]);
      const known = overrides.get(key);
      const template = known ?? compile(type, checked.data);
      if (!known) template.catch(() => forget(key));
      // Reinsert at the end, so that the first entry of the map is the least recently used.
      forget(key);
      overrides.set(key, template);
      overrideCharacters += key.length;
      for (const oldest of overrides.keys()) {
        if (overrides.size <= MAX_OVERRIDES && overrideCharacters <= MAX_OVERRIDE_CHARACTERS) break;
        forget(oldest);
      }
      return template;
    },
  };
}

/** The tag for an undetermined language (BCP 47 section 4.1). */
const ANY = 'und';

/** The templates of one type. */
interface Variants {
  readonly templates: readonly Template[];
  /** The languages of the templates. */
  readonly available: readonly string[];
  /** The language for readers without a preference. */
  readonly standard: string | undefined;
}

function variantsOf(templates: readonly Template[], defaultLocale: string | undefined): Variants {
  const available = templates.flatMap(({ locale }) => locale ?? []);
  return { templates, available, standard: pickLocale(defaultLocale, available) };
}

/** Exact language → less specific language → default language → template without a language. */
function findVariant(
  { templates, available, standard }: Variants,
  locale: AcceptedLocales | undefined,
): Template | undefined {
  // `*` accepts any language, so it gets the first of these: the default language, or the template for all languages.
  const choices = standard === undefined ? [ANY, ...available] : [standard, ...available];
  const first = (locale === undefined ? undefined : pickLocale(locale, choices)) ?? standard;
  const locales = first === ANY ? [undefined, ...available] : [first, undefined];
  for (const each of locales) {
    const template = templates.find((candidate) => candidate.locale === each);
    if (template) return template;
  }
  return undefined;
}
