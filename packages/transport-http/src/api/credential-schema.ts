import * as z from 'zod';

/** A key or token as providers issue it. A line break from a copied file would not be valid in a header field. */
export const credentialSchema = z
  .string()
  .min(1)
  .regex(/^[\x21-\x7e]*$/, 'must not contain spaces, line breaks, or characters outside ASCII');
