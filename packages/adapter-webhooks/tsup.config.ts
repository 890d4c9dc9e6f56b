import { definePackage } from '../../tsup.config.base.js';

export default definePackage();
