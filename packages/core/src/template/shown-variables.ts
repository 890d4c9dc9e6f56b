import type { Template } from './template.js';

/**
 * Whether every template for a type, or every `Generic` template if the type has none, contains this variable. It searches
 * templates without compiling them, because it runs when a process starts.
 */
export function canShowVariable(templates: readonly Template[], type: string, variable: string): boolean {
  const own = templates.filter(({ usageType }) => usageType === type);
  const candidates = own.length > 0 ? own : templates.filter(({ usageType }) => usageType === 'Generic');
  const named = new RegExp(`\\{\\{[^{}]*\\b${variable}\\b`);
  return (
    candidates.length > 0 && candidates.every(({ subject, content }) => named.test(`${subject}\n${content}`))
  );
}
