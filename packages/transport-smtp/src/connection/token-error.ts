/** Why there is no OAuth2 token. The message quotes the token endpoint, and the `code` tells whether a retry can help. */
export class TokenError extends Error {
  override name = 'TokenError';

  /**
   * @param code `EOAUTH2`: the request was refused. `EFETCH`: there was no response, or a temporary error.
   * @param reason the error code of the endpoint (RFC 6749 section 5.2)
   */
  constructor(
    readonly code: 'EOAUTH2' | 'EFETCH',
    message: string,
    readonly reason?: string,
  ) {
    super(message);
  }
}
