/**
 * The parser of Handlebars alone, the one behind its documented `Handlebars.parse`. It loads in a fraction of the time of
 * the main entry, and also where code generation from strings is not allowed.
 */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export const parse: typeof Handlebars.parse;
  /** After an error, the lexer is where the parser stopped. */
  export const parser: { lexer: { yylloc: { first_line: number; first_column: number } } };
}
