// Only one version of `@types/express` can be installed. The types of Express 5 are close enough for these tests.
declare module 'express4' {
  export * from 'express';
  export { default } from 'express';
}
