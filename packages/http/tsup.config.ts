import { definePackage } from '../../tsup.config.base.js';

export default definePackage(['src/index.ts', 'src/link-protector.ts']);
