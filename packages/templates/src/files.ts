export {
  type ReadTemplatesOptions,
  readTemplates,
  type WriteTemplatesOptions,
  writeTemplates,
} from './template-files.js';
