import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Email from 'email-templates';
import { createTransport } from 'nodemailer';
import type { OpenSender } from '../src/contestant.ts';
import { poolOptions } from '../src/nodemailer-options.ts';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE, TEXT_TEMPLATE } from '../src/sign-in-email.ts';

/**
 * Uses nodemailer's pool. According to its README ("Options"), templates are cached if NODE_ENV is production. A text template
 * avoids deriving the text, and `juice: false` avoids inlining styles that are already inline.
 */
export const open: OpenSender = async (server, connections) => {
  const root = await mkdtemp(join(tmpdir(), 'email-templates-'));
  await mkdir(join(root, 'sign-in'));
  await writeFile(join(root, 'sign-in/subject.hbs'), SUBJECT_TEMPLATE);
  await writeFile(join(root, 'sign-in/html.hbs'), HTML_TEMPLATE);
  await writeFile(join(root, 'sign-in/text.hbs'), TEXT_TEMPLATE);
  const transport = createTransport(poolOptions(server, connections));
  const email = new Email({
    message: { from: FROM },
    transport,
    views: { root, options: { extension: 'hbs' } },
    juice: false,
  });
  return {
    send: (to, code) => email.send({ template: 'sign-in', message: { to }, locals: { code } }),
    async close() {
      transport.close();
      await rm(root, { recursive: true });
    },
  };
};
