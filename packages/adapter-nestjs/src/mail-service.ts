import type { Email, Mailer, OperationOptions, Receipt, SendRequest } from '@postern/core';

/** Renders and sends auth emails. Its connections are opened when they are needed, and closed with the application. */
export class MailService implements Pick<Mailer, 'send' | 'render' | 'verify'> {
  readonly #mailer: () => Mailer;

  /** Made by `MailModule`. */
  constructor(mailer: () => Mailer) {
    this.#mailer = mailer;
  }

  /**
   * Sends one email to one person, and resolves once a server has accepted it, or the `queue` has it.
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
   * What `send` would hand to the transport: a preview.
   *
   * @throws {MailError} `recipient_invalid`, `payload_invalid`, `template_not_found`, `template_invalid`
   */
  async render(request: SendRequest): Promise<Email> {
    return this.#mailer().render(request);
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
