/** Why there is no OAuth2 token. Its message quotes the token endpoint, and its `code` says whether time can help. */
export class TokenError extends Error {
  override name = 'TokenError';

  /**
   * @param code `EOAUTH2`: the request was refused. `EFETCH`: there was no answer, or a temporary one.
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
