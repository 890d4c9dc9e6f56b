import * as z from 'zod';

/** A secret with a name. All options named `keys` take a list of these: the first one is used for new data, all can read. */
export interface SecretKey {
  /** Identifies the key, such as `2026-11`. 1 to 40 letters, digits, hyphens, or underscores; not a secret. */
  id: string;
  /** 32 characters or more from a random source, such as the output of `openssl rand -base64 32`. */
  secret: string;
}

const SHORTEST_SECRET = 32;

const secretKeySchema = z.strictObject({
  id: z.string().regex(/^\w[\w-]{0,39}$/, 'must be 1 to 40 letters, digits, hyphens, or underscores'),
  secret: z
    .string()
    .min(SHORTEST_SECRET, `must have ${SHORTEST_SECRET} characters or more, from a random source`),
});

/** A schema for the `keys` option. */
export const secretKeysSchema = z
  .tuple([secretKeySchema], secretKeySchema, 'must be a list of keys, such as [{ id: "2026-11", secret }]')
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'has two keys with the same id');
