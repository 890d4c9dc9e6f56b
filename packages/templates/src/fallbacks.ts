import { LOCALE_ALIASES, type Template } from '@postern/core';

/** The fields of a template without its usage type and locale. */
const contentOf = ({ usageType, locale, ...content }: Template): string => JSON.stringify(content);

const keyOf = (usageType: string, locale: string | undefined): string => `${usageType}\n${locale ?? ''}`;

/**
 * Adds missing templates that a lookup needs: one for each alias of a language (`zh` for `zh-CN`), and one for all other
 * languages.
 */
export function addFallbacks(templates: readonly Template[], defaultLocale: string): Template[] {
  const known = new Set(templates.map(({ usageType, locale }) => keyOf(usageType, locale)));
  const added: Template[] = [];
  const add = (template: Template) => {
    const key = keyOf(template.usageType, template.locale);
    if (!known.has(key)) added.push(template);
    known.add(key);
  };
  for (const template of templates) {
    for (const locale of LOCALE_ALIASES[template.locale ?? ''] ?? []) add({ ...template, locale });
    if (template.locale === defaultLocale) {
      const { locale, ...forEveryone } = template;
      add(forEveryone);
    }
  }
  return [...templates, ...added];
}

/** The default language for all other readers: `en`, or the only language. */
export function standardLocale(templates: readonly Template[]): string {
  const [first, ...others] = new Set(templates.flatMap(({ locale }) => locale ?? []));
  return first === undefined || others.length > 0 ? 'en' : first;
}

/** The reverse of {@link addFallbacks} with the {@link standardLocale}: removes the templates that it would add. */
export function dropFallbacks(templates: readonly Template[]): Template[] {
  const repeats = (template: Template, isOriginal: (locale: string) => boolean) =>
    templates.some(
      (other) =>
        other.usageType === template.usageType &&
        isOriginal(other.locale ?? '') &&
        contentOf(other) === contentOf(template),
    );
  const ofLanguages = templates.filter(
    (template) =>
      !repeats(template, (other) => LOCALE_ALIASES[other]?.includes(template.locale ?? '') === true),
  );
  const standard = standardLocale(ofLanguages);
  return ofLanguages.filter(
    (template) => template.locale !== undefined || !repeats(template, (other) => other === standard),
  );
}
