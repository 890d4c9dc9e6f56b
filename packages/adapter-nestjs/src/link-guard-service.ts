import type { BoundBrowser, LinkGuard, LinkProtection, ProtectedLink } from '@postern/http';

/** Protects links from mail scanners. Requires the `linkGuard` option of `MailModule`. */
export class LinkGuardService implements Pick<LinkGuard, 'protect' | 'bindBrowser'> {
  readonly #guard: () => LinkGuard;

  /** Called by `MailModule`. */
  constructor(guard: () => LinkGuard) {
    this.#guard = guard;
  }

  /**
   * Returns a link for the email. It leads to the guard's page, which leads to the original.
   *
   * @throws {MailError} `payload_invalid` if the link or the protection is not valid
   */
  async protect(link: string, protection: LinkProtection): Promise<ProtectedLink> {
    return this.#guard().protect(link, protection);
  }

  /**
   * Identifies a browser before you request an email from an auth system. Set the cookie in your response, and pass `browser`
   * through the auth system to `protect` or to the `browser` option of a webhook.
   *
   * @param cookie the `Cookie` header of the browser's request
   */
  async bindBrowser(cookie?: string | null): Promise<BoundBrowser> {
    return this.#guard().bindBrowser(cookie);
  }
}
