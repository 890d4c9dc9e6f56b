import { readWebUrl } from '@postern/core';
import * as z from 'zod';

/** The URL of a token endpoint. It must be safe, because secrets are sent to it. */
export const tokenUrlSchema = z
  .string()
  .refine((url) => readWebUrl(url) !== undefined, 'must be a URL that starts with https://');
