import type { ConfigIssue } from '@postern/core';
import { z } from 'zod';
import { inspectConfig } from './connector-config.js';
import { isAcceptedByOfficial, isRecord } from './official-rules.js';
import { selectsProvider } from './provider-form.js';
import { asStored, normalizeInPlace } from './stored-config.js';

/** Issues for the host's zod. They are always `custom`, because the console replaces the messages of all other codes. */
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
 * Core's checks as a schema of the host's zod 3, with which Logto checks a config before it saves it. Accepts every config that
 * the official connector accepts, and otherwise reports all problems. Normalizes the output, and also the input, because Logto
 * stores the input.
 */
export const configGuard = z.unknown().transform((input, context): unknown => {
  const stored = asStored(input);
  const { config, issues, repaired } = inspectConfig(stored);
  const isSmtp = !selectsProvider(stored);
  if (config !== undefined) {
    if (repaired.length === 0 && isSmtp) normalizeInPlace(input, config);
    return isRecord(stored) && 'linkGuard' in stored ? { ...config, linkGuard: stored.linkGuard } : config;
  }
  // The official connector also saves this config and cannot send with it. The error is reported when an email is sent.
  const isSaved = isAcceptedByOfficial(input) && isSmtp;
  if (isSaved && issues.every(({ path }) => path[0] !== 'linkGuard')) return input;
  for (const issue of toZodIssues(issues)) context.addIssue(issue);
  return z.NEVER;
});
