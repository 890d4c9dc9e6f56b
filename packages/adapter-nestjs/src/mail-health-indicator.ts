/** A result for the report of Terminus. */
export type MailHealth<Key extends string = 'mail'> = Record<Key, { status: 'up' | 'down' }>;

/**
 * Reports whether the mail server accepts connections and the login, for `@nestjs/terminus` 11 or later. It contacts the server
 * at most once per `healthIntervalMs`. The cause of a failure is only logged.
 *
 * @example
 * ```ts
 * @Get('health')
 * @HealthCheck()
 * check() {
 *   return this.health.check([() => this.mail.isHealthy()]);
 * }
 * ```
 */
export class MailHealthIndicator {
  readonly #check: () => Promise<boolean>;

  /** Called by `MailModule`. */
  constructor(check: () => Promise<boolean>) {
    this.#check = check;
  }

  /** @param key the name in the report. The default is `mail`. */
  async isHealthy(): Promise<MailHealth>;
  async isHealthy<Key extends string>(key: Key): Promise<MailHealth<Key>>;
  async isHealthy(key = 'mail'): Promise<MailHealth<string>> {
    return { [key]: { status: (await this.#check()) ? 'up' : 'down' } };
  }
}
