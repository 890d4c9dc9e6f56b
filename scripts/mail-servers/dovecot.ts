import { freePort } from '../free-port.ts';
import { startDovecot } from './dovecot-backend.ts';
import { type PostfixSettings, postfix } from './postfix.ts';
import { HOST_NAME, type MailServer, waitForPort } from './server-place.ts';

/** Dovecot's submission service, which offers STARTTLS and logins and forwards emails to Postfix. */
export interface DovecotSettings {
  /** Lines of dovecot.conf. */
  readonly config?: string;
  /** @default accepts emails to the mailboxes of its domain */
  readonly relay?: PostfixSettings;
}

/** Starts one Dovecot for each of the settings, and one Postfix behind them. */
export const dovecot: MailServer<DovecotSettings> = {
  label: 'Dovecot',
  packages: ['dovecot-core', 'dovecot-submissiond', ...postfix.packages],
  async start(place, settings) {
    const { cert, key } = place.certificate;
    const relay = await postfix.start(
      place,
      settings.map((setting) => setting.relay ?? []),
    );
    const running = await Promise.all(
      settings.map(async ({ config = '' }, index) => {
        const port = await freePort();
        const { stop, log } = await startDovecot(
          place,
          () => `
protocols = submission
hostname = ${HOST_NAME}
ssl = yes
ssl_cert = <${cert}
ssl_key = <${key}
disable_plaintext_auth = no
submission_relay_host = 127.0.0.1
submission_relay_port = ${relay.ports[index]}
service submission-login {
  inet_listener submission {
    port = ${port}
  }
}
${config}
`,
        );
        await waitForPort(port, log);
        return { port, stop };
      }),
    );
    return {
      version: await place.packages.version('dovecot-submissiond'),
      ports: running.map(({ port }) => port),
      async stop() {
        await Promise.all([...running, relay].map((server) => server.stop()));
      },
    };
  },
};
