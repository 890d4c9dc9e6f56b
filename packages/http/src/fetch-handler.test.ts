import { expect, test } from 'vitest';
import { createFetchHandler } from './index.js';

test('rejects misspelled options and suggests the correct names', () => {
  const options = { basPath: '/mail', autorize: () => true };
  // @ts-expect-error: JavaScript callers can pass it
  expect(() => createFetchHandler(options)).toThrow(
    /options of createFetchHandler.+basPath: unknown option: did you mean basePath\?.+did you mean authorize\?/s,
  );
});
