import { createMailer } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';
import type { OpenSender } from '../contestant.ts';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE } from '../sign-in-email.ts';

/** The whole path: validate, look up, render (html, and the text derived from it), build the message, send. */
export const open: OpenSender = ({ host, port, secure }, connections) => {
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
      templates: [
        {
          usageType: 'SignIn',
          contentType: 'text/html',
          subject: SUBJECT_TEMPLATE,
          content: HTML_TEMPLATE,
        },
      ],
    },
    transport,
  });
  return {
    send: (to, code) => mailer.send({ to, type: 'SignIn', payload: { code } }),
    close: () => mailer.close(),
  };
};
