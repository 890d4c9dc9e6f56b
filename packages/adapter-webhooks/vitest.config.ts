import { testsIn } from '../../vitest.config.base.ts';

export default testsIn(import.meta.dirname);
