import type { Email, Mailer, OperationOptions, Receipt, SendRequest } from '@postern/core';

/** Renders and sends auth emails. Connections open when they are needed and close on shutdown. */
export class MailService implements Pick<Mailer, 'send' | 'render' | 'deliver' | 'verify'> {
  readonly #mailer: () => Mailer;

  /** Called by `MailModule`. */
  constructor(mailer: () => Mailer) {
    this.#mailer = mailer;
  }

  /**
   * Sends one email to one person. Resolves when a server has accepted the email, or the `queue` has stored it.
   *
   * @throws {MailError} for every failure, with a stable `code`
   *
   * @example
   * ```ts
   * await this.mail.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
   * ```
   */
  async send(request: SendRequest, options?: OperationOptions): Promise<Receipt> {
    return this.#mailer().send(request, options);
  }

  /**
   * Renders an email without sending it, as a preview.
   *
   * @throws {MailError} `recipient_invalid`, `payload_invalid`, `template_not_found`, `template_invalid`
   */
  async render(request: SendRequest): Promise<Email> {
    return this.#mailer().render(request);
  }

  /**
   * Sends an email that `render` returned.
   *
   * @throws {MailError} for every failure, with a stable `code`
   */
  async deliver(email: Email, options?: OperationOptions): Promise<Receipt> {
    return this.#mailer().deliver(email, options);
  }

  /**
   * Connects and logs in without sending anything.
   *
   * @throws {MailError}
   */
  async verify(options?: OperationOptions): Promise<void> {
    return this.#mailer().verify(options);
  }
}
