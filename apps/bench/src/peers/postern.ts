import { createMailer } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';
import type { OpenSender } from '../contestant.ts';
import { SAMPLE_EMAILS, type SampleEmail } from '../sample-email.ts';
import { FROM } from '../sign-in-email.ts';

/** The whole path: validate, select the template, render HTML and text, build the message, and send. */
export const open: OpenSender = ({ host, port, secure }, connections, sample) => {
  const { template, payload }: SampleEmail = SAMPLE_EMAILS[sample];
  const transport = createSmtpTransport(
    {
      host,
      port,
      ...(secure && {
        auth: { user: secure.user, pass: secure.pass },
        requireTLS: true,
        tls: { ca: secure.certificate },
      }),
    },
    { maxConnections: connections, maxMessages: Number.MAX_SAFE_INTEGER },
  );
  const mailer = createMailer({
    config: {
      fromEmail: FROM,
      templates: [{ usageType: 'SignIn', ...template }],
    },
    transport,
  });
  return {
    send: (to, code) => mailer.send({ to, type: 'SignIn', payload: { ...payload, code } }),
    close: () => mailer.close(),
  };
};
