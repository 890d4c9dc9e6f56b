import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { type LogEvent, MailError, type Transport } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import { getMailHealthToken, InjectMailHealth, MailHealthIndicator, MailModule } from './index.js';

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MailHealthIndicator) private readonly mail: MailHealthIndicator,
    @InjectMailHealth('marketing') private readonly marketing: MailHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.mail.isHealthy(), () => this.marketing.isHealthy('marketing')]);
  }
}

describe.each(PLATFORMS)('the health indicator with Terminus on %s', (_platform, adapter) => {
  test('reports up or down, contacts the server at most once per interval, and only logs the cause', async () => {
    const clock = { time: 0, now: () => clock.time };
    const log: LogEvent[] = [];
    const note = (event: LogEvent) => void log.push(event);
    const logger = { debug: note, info: note, warn: note, error: note };
    const failure = new MailError('auth_failed', 'The login was refused.', { stage: 'auth' });
    let verified = 0;
    let isDown = false;
    const transport: Transport = {
      ...createMemoryTransport(),
      verify: async () => {
        verified += 1;
        if (isDown) throw failure;
      },
    };
    const config = { fromEmail: 'noreply@example.com', templates: [] };
    const app = await createApp(
      {
        imports: [
          TerminusModule.forRoot({ logger: false }),
          MailModule.forRoot({ config, transport, clock, logger, healthIntervalMs: 1000 }),
          MailModule.forRoot({ name: 'marketing', config, transport: createMemoryTransport() }),
        ],
        controllers: [HealthController],
      },
      adapter(),
    );
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    const ask = async () => {
      const answer = await fetch(`${await app.getUrl()}/health`, { headers: { Connection: 'close' } });
      return [answer.status, ((await answer.json()) as { details: object }).details];
    };

    const up = { mail: { status: 'up' }, marketing: { status: 'up' } };
    expect(await Promise.all([ask(), ask()])).toEqual([
      [200, up],
      [200, up],
    ]);
    isDown = true;
    expect(await ask()).toEqual([200, up]);
    expect(verified).toBe(1);
    clock.time = 1000;
    expect(await ask()).toEqual([503, { ...up, mail: { status: 'down' } }]);
    expect(log).toContainEqual({ event: 'http.unhealthy', error: failure });
    expect(getMailHealthToken()).toBe(MailHealthIndicator);
  });
});
