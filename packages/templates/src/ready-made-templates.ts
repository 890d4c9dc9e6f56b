import type { Template } from '@postern/core';
import { COPY } from './copy/locales.js';
import { createTemplatesFrom, type TemplatesOptions } from './create-templates.js';

/**
 * Creates the `templates` of a config: one for each usage type and language, with your branding. It also adds templates
 * for all other languages, and for each tag that a lookup would miss (`zh` for `zh-CN`).
 *
 * It does all work that is the same for every email, including inlined CSS. Call it once, at startup.
 *
 * @throws {ConfigError} with every problem of the options, such as a color without contrast or a logo without https
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig({ ...server, templates: createTemplates({ brand: { name: 'Acme' } }) });
 * ```
 */
export function createTemplates(options: TemplatesOptions): Template[] {
  return createTemplatesFrom(COPY, options);
}
