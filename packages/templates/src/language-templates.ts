import type { Template } from '@postern/core';
import type { Copy, CopyOverride } from './copy/copy-schema.js';
import { createTemplatesFrom, type TemplatesOptions } from './create-templates.js';

/** The options of `createTemplates` without ready-made copy. */
export interface LanguageTemplatesOptions extends Omit<TemplatesOptions, 'copy' | 'overrides'> {
  /** The languages, by BCP 47 tag: ready-made copy that you import, your own, or both. */
  copy: Readonly<Record<string, Copy>>;
  /** Custom sentences for a language of `copy`. All others stay the same. */
  overrides?: Readonly<Partial<Record<string, CopyOverride>>> | undefined;
}

/**
 * Works like `createTemplates` of `@postern/templates`, but in the languages of `copy` only. A bundler then includes only
 * the languages that you import.
 *
 * @throws {ConfigError} with every problem of the options
 *
 * @example
 * ```ts
 * import { createTemplates, en, zhCN } from '@postern/templates/languages';
 *
 * const templates = createTemplates({ brand: { name: 'Acme' }, copy: { en, 'zh-CN': zhCN } });
 * ```
 */
export function createTemplates(options: LanguageTemplatesOptions): Template[] {
  return createTemplatesFrom({}, options);
}
