/// <reference types="handlebars" />

/**
 * The Handlebars parser without the rest of Handlebars. It implements the documented `Handlebars.parse`. It loads in a
 * fraction of the time of the main entry point, and works where code generation from strings is not allowed.
 */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export const parse: typeof Handlebars.parse;
  /** After an error, the lexer has the position at which the parser stopped. */
  export const parser: { lexer: { yylloc: { first_line: number; first_column: number } } };
}
