import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { HandlebarsAdapter } from '@nestjs-modules/mailer/adapters/handlebars.adapter';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const app = await NestFactory.createApplicationContext(
  MailerModule.forRoot({
    transport: server,
    defaults: { from: 'Example <noreply@example.com>' },
    template: {
      dir: `${import.meta.dirname}/views`,
      adapter: new HandlebarsAdapter(undefined, { inlineCssEnabled: false }),
    },
  }),
  { logger: false },
);
await app.get(MailerService).sendMail({
  to: 'ada@example.com',
  subject: '482913 is your sign-in code',
  template: 'sign-in',
  context: { code: '482913' },
});
process.stdout.write(JSON.stringify({ imported, accepted: now() }));

await app.close();
