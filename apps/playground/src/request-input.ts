import type { Request } from 'express';
import type { z } from 'zod';
import { refusal } from './problem.js';

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`);
  throw refusal('request_invalid', { detail: problems.join('; ') });
}

/** @throws {ProblemError} `request_invalid`, with every problem and without values */
export const readBody = <Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> =>
  parse(schema, request.body, 'body');

/** @throws {ProblemError} `request_invalid` */
export const readQuery = <Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> =>
  parse(schema, request.query, 'query');
