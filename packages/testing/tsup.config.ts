import { definePackage } from '../../tsup.config.base.js';

export default definePackage(['src/index.ts', 'src/contract.ts', 'src/jest.ts', 'src/vitest.ts']);
