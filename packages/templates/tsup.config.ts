import { definePackage } from '../../tsup.config.base.js';

export default definePackage(['src/index.ts', 'src/files.ts', 'src/languages.ts']);
