import { type MailMatchers, mailMatchers } from './mail-matchers.js';

export type { MailMatchers };

interface JestExpect {
  extend(matchers: object): void;
}

const isJestExpect = (value: unknown): value is JestExpect =>
  typeof value === 'function' && 'extend' in value;

const expect: unknown = Reflect.get(globalThis, 'expect');
if (!isJestExpect(expect))
  throw new Error(
    'Import @postern/testing/jest in a test file or in `setupFilesAfterEnv`. With `injectGlobals: false`, call `expect.extend(mailMatchers)` instead.',
  );
expect.extend(mailMatchers);

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters must be those of the declaration in @types/jest
    interface Matchers<R, T = {}> extends MailMatchers<R> {}
  }
}
