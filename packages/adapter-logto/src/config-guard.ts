import type { ConfigIssue } from '@postern/core';
import { z } from 'zod';
import { inspectConfig } from './connector-config.js';
import { isAcceptedByOfficial } from './official-rules.js';
import { asStored, normalizeInPlace } from './stored-config.js';

/** Issues of the host's zod. Always `custom`: the console replaces the message of any other kind by its own. */
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
 * Core's checks as a schema of the host's zod 3, with which Logto checks a config before it saves it. Accepts whatever the
 * official connector accepts, and reports every problem at once. The output is normalized; so is the input, because that
 * is what Logto stores.
 */
export const configGuard = z.unknown().transform((input, context): unknown => {
  const { config, issues, repaired } = inspectConfig(asStored(input));
  if (config !== undefined) {
    if (repaired.length === 0) normalizeInPlace(input, config);
    return config;
  }
  // The official connector saves it, and can't send with it either. The error comes when an email is sent.
  if (isAcceptedByOfficial(input)) return input;
  for (const issue of toZodIssues(issues)) context.addIssue(issue);
  return z.NEVER;
});
