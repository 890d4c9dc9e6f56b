/** A domain, or an ID in its place. It becomes part of a path, so it must not be `..`. */
export const DOMAIN_OR_ID = /^[A-Za-z\d][\w-]*(?:\.[A-Za-z\d][\w-]*)*$/;

/** A user principal name or an object ID of Microsoft 365, as a part of a path. */
export const MAILBOX_OR_ID =
  /^[\w!#$%&'*+./=?^`{|}~-]+@[A-Za-z\d.-]+$|^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/;
