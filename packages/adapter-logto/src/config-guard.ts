import type { ConfigIssue } from '@postern/core';
import { z } from 'zod';
import { inspectConfig } from './connector-config.js';

/** Issues of the host's zod. Always `custom`: the console would replace the words of any other kind by its own. */
export const toZodIssues = (issues: readonly ConfigIssue[]): (z.ZodCustomIssue & { message: string })[] =>
  issues
    .filter(({ severity }) => severity === 'error')
    .map(({ path, code, message, hint }) => ({
      code: z.ZodIssueCode.custom,
      path: [...path],
      message: hint === undefined ? message : `${message} (${hint})`,
      params: { code, hint },
    }));

/**
 * Core's checks as a schema of the host's zod 3: what Logto validates a config with when it is saved. Accepts whatever
 * the official connector accepts; says everything that is wrong at once. The output is normalized.
 */
export const configGuard = z.unknown().transform((input, context): unknown => {
  const { config, issues, isAccepted } = inspectConfig(input);
  if (config !== undefined) return config;
  // Nothing can be sent with it, there as here. It may be stored already: sending says what is wrong.
  if (isAccepted) return input;
  for (const issue of toZodIssues(issues)) context.addIssue(issue);
  return z.NEVER;
});
