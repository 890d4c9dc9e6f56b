import { expect, test } from 'vitest';
import { createFetchHandler } from './index.js';

test('refuses a misspelled option, and suggests its own and those of the routes', () => {
  const options = { basPath: '/mail', autorize: () => true };
  // @ts-expect-error: what a program in JavaScript may pass
  expect(() => createFetchHandler(options)).toThrow(
    /options of createFetchHandler.+basPath: is not an option: did you mean basePath\?.+did you mean authorize\?/s,
  );
});
