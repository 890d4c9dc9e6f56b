import type {
  CancelRequest,
  CheckRequest,
  LinkPreview,
  Started,
  StartRequest,
  Verification,
  Verified,
} from '@postern/verification';

/** Issues and checks one-time codes and links. Requires the `verification` option of `MailModule`. */
export class VerificationService implements Verification {
  readonly #verification: () => Verification;

  /** Called by `MailModule`. */
  constructor(verification: () => Verification) {
    this.#verification = verification;
  }

  /**
   * Creates a code or a link and sends it. It replaces the previous one for this address and type.
   *
   * @throws {VerificationError} `cooldown`, `rate_limited`, `attempts_exhausted`
   * @throws {MailError} if the request is not valid or the email cannot be sent
   */
  async start(request: StartRequest): Promise<Started> {
    return this.#verification().start(request);
  }

  /**
   * Checks a code that a person entered. A correct code is consumed. A wrong code counts as a guess.
   *
   * @throws {VerificationError} `code_incorrect`, `code_superseded`, `code_expired`, `attempts_exhausted`, `rate_limited`
   * @throws {MailError} `recipient_invalid`, `payload_invalid`
   */
  async check(request: CheckRequest): Promise<Verified> {
    return this.#verification().check(request);
  }

  /**
   * Reads a link without consuming it, for the page that a GET request shows.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  async peekLink(token: string): Promise<LinkPreview> {
    return this.#verification().peekLink(token);
  }

  /**
   * Consumes a link, for the POST request of that page. Never call it for a GET request: mail scanners send those.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  async consumeLink(token: string): Promise<Verified> {
    return this.#verification().consumeLink(token);
  }

  /** Invalidates the code or link for this address and type. Limits are not reset. */
  async cancel(request: CancelRequest): Promise<void> {
    return this.#verification().cancel(request);
  }

  /** Returns the reason why codes or links of this type cannot be sent, according to the options and the templates. */
  findObstacle(request: { type: string; method: 'code' | 'link' }): string | undefined {
    return this.#verification().findObstacle(request);
  }
}
