import { ConfigError, fromZodIssue, smtpConfigSchema } from '@postern/core';
import type { z } from 'zod';
import { requireUsable } from './config-requirements.js';
import { resolveService, type ServerConfig } from './well-known-service.js';

/** @throws {ConfigError} with every issue */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(fromZodIssue));
}

/**
 * The part of a config that says how to reach the server, complete and known to be usable.
 *
 * @throws {ConfigError} with everything that can't be used
 */
export const readServerConfig = (config: unknown): ServerConfig =>
  requireUsable(resolveService(parse(smtpConfigSchema, config)));
