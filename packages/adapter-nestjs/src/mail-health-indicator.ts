/** What Terminus makes its report of. */
export type MailHealth<Key extends string = 'mail'> = Record<Key, { status: 'up' | 'down' }>;

/**
 * Whether emails can be sent, for `@nestjs/terminus` 11 or later: the mail server takes connections and the login. It
 * is asked at most once per `healthIntervalMs`. Why it is down is for the log alone.
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

  /** Made by `MailModule`. */
  constructor(check: () => Promise<boolean>) {
    this.#check = check;
  }

  /** @param key the name in the report. @default 'mail' */
  async isHealthy(): Promise<MailHealth>;
  async isHealthy<Key extends string>(key: Key): Promise<MailHealth<Key>>;
  async isHealthy(key = 'mail'): Promise<MailHealth<string>> {
    return { [key]: { status: (await this.#check()) ? 'up' : 'down' } };
  }
}
