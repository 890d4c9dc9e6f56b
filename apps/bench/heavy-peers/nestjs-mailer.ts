import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { HandlebarsAdapter } from '@nestjs-modules/mailer/adapters/handlebars.adapter';
import type { OpenSender } from '../src/contestant.ts';
import { poolOptions } from '../src/nodemailer-options.ts';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE, textWith } from '../src/sign-in-email.ts';

/**
 * Uses nodemailer's pool. According to its documentation ("Template engines"), Handlebars compiles a template once, and
 * `inlineCssEnabled: false` avoids inlining styles that are already inline. It does not derive the text, so it gets one.
 */
export const open: OpenSender = async (server, connections) => {
  const dir = await mkdtemp(join(tmpdir(), 'nestjs-mailer-'));
  await writeFile(join(dir, 'sign-in.hbs'), HTML_TEMPLATE);
  const app = await NestFactory.createApplicationContext(
    MailerModule.forRoot({
      transport: poolOptions(server, connections),
      defaults: { from: FROM },
      template: { dir, adapter: new HandlebarsAdapter(undefined, { inlineCssEnabled: false }) },
    }),
    { logger: false },
  );
  const mailer = app.get(MailerService);
  return {
    send: (to, code) =>
      mailer.sendMail({
        to,
        subject: SUBJECT_TEMPLATE,
        text: textWith(code),
        template: 'sign-in',
        context: { code },
      }),
    async close() {
      await app.close();
      await rm(dir, { recursive: true });
    },
  };
};
