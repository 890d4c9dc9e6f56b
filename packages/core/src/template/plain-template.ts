import type { ProgramOptions, TemplateProgram } from './template-program.js';
import { createVariableProgram } from './variable-program.js';

/** What to do with a template that Handlebars can't read: refuse it, or fill in its plain variables and leave the rest as text. */
export type BrokenTemplate = 'error' | 'text';

/** The only thing that is more than text: `{{ code }}`, `{{application.name}}`. */
const VARIABLE = /\{\{\s*([\w.]+)\s*\}\}/g;

/** Compiles a text in which only plain variables mean something. There is nothing that could be wrong with it. */
export const compilePlainTemplate = (text: string, options: ProgramOptions): TemplateProgram =>
  createVariableProgram(
    // Every other one of the split is the name of a variable.
    text.split(VARIABLE).filter((_, index) => index % 2 === 0),
    Array.from(text.matchAll(VARIABLE), ([written, path = '']) => ({ written, parts: path.split('.') })),
    options,
  );
