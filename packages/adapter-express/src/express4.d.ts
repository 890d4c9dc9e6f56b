// Express 4 has the types of another package, of which there can be one version; these are close enough for the tests.
declare module 'express4' {
  export * from 'express';
  export { default } from 'express';
}
