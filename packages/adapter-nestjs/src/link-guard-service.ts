import type { LinkGuard, LinkProtection, ProtectedLink } from '@postern/http';

/** Protects links from mail scanners. Requires the `linkGuard` option of `MailModule`. */
export class LinkGuardService implements Pick<LinkGuard, 'protect'> {
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
}
