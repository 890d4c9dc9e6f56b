import type { Template } from '@postern/core';
import { ALIASES } from './copy/locales.js';

/** Everything of a template but for whom it is. */
const contentOf = ({ usageType, locale, ...content }: Template): string => JSON.stringify(content);

const keyOf = (usageType: string, locale: string | undefined): string => `${usageType}\n${locale ?? ''}`;

/**
 * Adds, where they are missing, the templates that a look-up needs beside those of the languages: one under each
 * further tag of a language (`zh` for `zh-CN`), and one for every other language.
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
    for (const locale of ALIASES[template.locale ?? ''] ?? []) add({ ...template, locale });
    if (template.locale === defaultLocale) {
      const { locale, ...forEveryone } = template;
      add(forEveryone);
    }
  }
  return [...templates, ...added];
}

/** The reverse of {@link addFallbacks}: without the templates that only repeat another one. */
export function dropFallbacks(templates: readonly Template[]): Template[] {
  const contents = (usageType: string, has: (locale: string) => boolean) =>
    templates
      .filter((template) => template.usageType === usageType && has(template.locale ?? ''))
      .map(contentOf);
  return templates.filter((template) => {
    const { usageType, locale } = template;
    const originals =
      locale === undefined
        ? contents(usageType, (other) => other !== '')
        : contents(usageType, (other) => ALIASES[other]?.includes(locale) === true);
    return !originals.includes(contentOf(template));
  });
}
