/**
 * Other people's code that is part of the package. It is built into a file of its own, minified: what is loaded with every
 * start is no longer than it has to be, and the code of the package can be read where an error leads there.
 */
export { default as Handlebars } from 'handlebars';
export { compile, type HtmlToTextOptions } from 'html-to-text';
export { closestMatch } from 'leven';
export * as z from './zod.js';
