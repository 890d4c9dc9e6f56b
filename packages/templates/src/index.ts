export { type Brand, type BrandInput, brandSchema, type Palette } from './brand.js';
export { type CheckTemplatesOptions, checkTemplates } from './check-templates.js';
export { type Copy, type CopyOverride, copySchema, USAGE_TYPES } from './copy/copy-schema.js';
export { COPY, LOCALES, type Locale } from './copy/locales.js';
export type { TemplatesOptions } from './create-templates.js';
export { createTemplates } from './ready-made-templates.js';
export { templateVariables } from './template-contract.js';
