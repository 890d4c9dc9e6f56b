import type {
  CancelRequest,
  CheckRequest,
  LinkPreview,
  Started,
  StartRequest,
  Verification,
  Verified,
  VerifiedLink,
} from '@postern/verification';

/** Issues one-time codes and links, and checks them. Needs the option `verification` of `MailModule`. */
export class VerificationService implements Verification {
  readonly #verification: () => Verification;

  /** Made by `MailModule`. */
  constructor(verification: () => Verification) {
    this.#verification = verification;
  }

  /**
   * Makes a code or a link and sends it. It replaces the former one of this address and type.
   *
   * @throws {VerificationError} `cooldown`, `rate_limited`, `attempts_exhausted`
   * @throws {MailError} when the request is not valid or the email can't be sent
   */
  async start(request: StartRequest): Promise<Started> {
    return this.#verification().start(request);
  }

  /**
   * Checks what a person typed. A right code is used up; a wrong one costs a guess.
   *
   * @throws {VerificationError} `code_incorrect`, `code_superseded`, `code_expired`, `attempts_exhausted`, `rate_limited`
   * @throws {MailError} `recipient_invalid`, `payload_invalid`
   */
  async check(request: CheckRequest): Promise<Verified> {
    return this.#verification().check(request);
  }

  /**
   * Reads a link and consumes nothing: for the page that a GET shows.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  async peekLink(token: string): Promise<LinkPreview> {
    return this.#verification().peekLink(token);
  }

  /**
   * Uses a link up: for the POST of that page. Never call it for a GET, which mail scanners send.
   *
   * @throws {VerificationError} `not_found`, `code_expired`
   */
  async consumeLink(token: string): Promise<VerifiedLink> {
    return this.#verification().consumeLink(token);
  }

  /** Invalidates the code or link of this address and type. Limits stay. */
  async cancel(request: CancelRequest): Promise<void> {
    return this.#verification().cancel(request);
  }

  /** Why no code or link of this type can be sent, as far as the options and the templates tell. */
  findObstacle(request: { type: string; method: 'code' | 'link' }): string | undefined {
    return this.#verification().findObstacle(request);
  }
}
