export {
  type ReadTemplatesOptions,
  readTemplates,
  type TemplateField,
  templateFile,
  type WriteTemplatesOptions,
  writeTemplates,
} from './template-files.js';
