/** The used parts of these packages, so that type checks work without them. */
declare module 'email-templates' {
  export default class Email {
    constructor(options: {
      message: { from: string };
      transport: unknown;
      views: { root: string; options: { extension: string } };
      juice: boolean;
    });
    send(options: { template: string; message: { to: string }; locals: object }): Promise<unknown>;
  }
}

declare module '@nestjs-modules/mailer' {
  export const MailerModule: { forRoot(options: object): object };
  export class MailerService {
    sendMail(options: {
      to: string;
      subject: string;
      text: string;
      template: string;
      context: object;
    }): Promise<unknown>;
  }
}

declare module '@nestjs-modules/mailer/adapters/handlebars.adapter' {
  export class HandlebarsAdapter {
    constructor(helpers: undefined, options: { inlineCssEnabled: boolean });
  }
}

declare module '@nestjs/core' {
  export const NestFactory: {
    createApplicationContext(
      module: object,
      options: { logger: false },
    ): Promise<{
      get<Service>(token: abstract new (...args: never[]) => Service): Service;
      close(): Promise<void>;
    }>;
  };
}

declare module 'bullmq' {
  interface Connected {
    connection: { url: string };
  }
  export class Queue {
    constructor(name: string, options: Connected & { defaultJobOptions: { removeOnComplete: boolean } });
    add(name: string, data: object): Promise<unknown>;
    addBulk(jobs: { name: string; data: object }[]): Promise<unknown>;
    close(): Promise<void>;
  }
  export class Worker {
    constructor(name: string, handle: () => Promise<void>, options: Connected & { concurrency: number });
    on(event: 'completed' | 'error', listener: (error: unknown) => void): this;
    close(): Promise<void>;
  }
}
