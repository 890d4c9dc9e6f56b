export * from './copy/languages.js';
export { createTemplates, type LanguageTemplatesOptions } from './language-templates.js';
