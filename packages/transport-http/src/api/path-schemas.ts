import * as z from 'zod';

/** A domain, or an ID in its place. It becomes part of a path, so it must not be `..`. */
export const domainSchema = (message: string) =>
  z.string().regex(/^[a-z\d][\w-]*(?:\.[a-z\d][\w-]*)*$/i, message);

/** A user principal name or an object ID of Microsoft 365, as a part of a path. */
export const mailboxSchema = z
  .string()
  .regex(
    /^[\w!#$%&'*+./=?^`{|}~-]+@[a-z\d.-]+$|^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
    'must be the address or the object ID of a mailbox',
  );
