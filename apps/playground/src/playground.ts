import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { ConfigVariables, Mailer, OperationOptions, SendRequest } from '@postern/core';
import type { Request } from 'express';
import { createAttemptLog } from './attempt-log.js';
import { createDkimKey, demoServer, demoVariables, LOGIN } from './built-in-config.js';
import { readConfigText } from './config-text.js';
import { createEventPrinter } from './event-printer.js';
import { createEventStream } from './event-stream.js';
import { createInbox } from './inbox.js';
import { keepReceived } from './kept-email.js';
import { listen } from './listen.js';
import { createPlaygroundQueue } from './mail-queue.js';
import { type MailServers, startMailServers } from './mail-servers.js';
import { networkHostsOf } from './network-hosts.js';
import { createPreviewer } from './preview.js';
import { createToken } from './request-guard.js';
import { composeRoutes } from './routes/compose.js';
import { configRoutes } from './routes/config.js';
import { deliveriesRoutes } from './routes/deliveries.js';
import { doctorRoutes } from './routes/doctor.js';
import { inboxRoutes } from './routes/inbox.js';
import { sendRoutes } from './routes/send.js';
import { serversRoutes } from './routes/servers.js';
import { sessionRoutes } from './routes/session.js';
import { signInRoutes } from './routes/sign-in.js';
import { createConfigStore } from './running-config.js';
import { sampleRequests } from './sample-emails.js';
import { createSending } from './sending.js';
import { createPlaygroundServer } from './server.js';
import { createSignInDesk, type SignInDesk } from './sign-in-desk.js';
import { SMTP_URL_VARIABLE, startConfig } from './start-config.js';
import { createWays } from './ways.js';
import type { Issue } from './wire/issue.js';

const CLOSING_GRACE = 1500;

export interface PlaygroundOptions {
  /**
   * The text of a connector config, and its file. @default the built-in config for the playground's servers
   */
  readonly config?: { readonly text: string; readonly file: string } | undefined;
  /** A real SMTP server that replaces that of the config: `smtps://user:pass@smtp.example.com`. */
  readonly smtpUrl?: string | undefined;
  /** The URL of a PostgreSQL database for the queue. @default in memory */
  readonly databaseUrl?: string | undefined;
  /** The values of references in the config. @default none */
  readonly variables?: ConfigVariables | undefined;
  /** 0 selects a free port. */
  readonly port: number;
  /** Whether to use a free port if `port` is taken. @default false */
  readonly orFreePort?: boolean;
  /** The time for pending emails on shutdown, in milliseconds. @default 1500 */
  readonly closingGrace?: number;
  /** Whether the playground sends a sample of each email to its own servers. @default true */
  readonly hasSamples?: boolean;
  /** The folder of the built page, for tests. */
  readonly pageFolder?: string;
  /** Receives the warnings about the config. */
  onIssues?(issues: readonly Issue[]): void;
  /** Prints a line for the user. */
  print(line: string): void;
}

/** Mail servers, config, mailer, queue, frameworks, and the page that shows them. */
export interface Playground extends AsyncDisposable {
  readonly url: string;
  /** Waits for pending emails, and then closes everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * @throws {ProblemError} `config_invalid` if the config is not valid
 * @throws Error with the code `EADDRINUSE` if the port is taken
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { print, port: wantedPort, orFreePort } = options;
  const token = createToken();
  let isPrinting = false;
  const logger = createEventPrinter((line) => isPrinting && print(line));

  const events = createEventStream();
  const inbox = createInbox({ onChange: () => events.publish('inbox') });
  const attempts = createAttemptLog({ onAttempt: () => events.publish('attempts') });
  const onServersChange = () => events.publish('servers');
  const [servers, dkim] = await Promise.all([
    startMailServers({
      auth: LOGIN,
      onEmail: (name, email) => inbox.add(keepReceived(name, email, [dkim.known])),
      onChange: onServersChange,
    }),
    createDkimKey(),
  ]);

  const primary = servers.addressOf('primary');
  const variables = {
    ...options.variables,
    ...(options.smtpUrl !== undefined && { [SMTP_URL_VARIABLE]: options.smtpUrl }),
    ...demoVariables({ certificate: servers.certificate, privateKey: dkim.privateKey }),
  };
  const text = startConfig({
    text: options.config?.text,
    hasSmtpUrl: options.smtpUrl !== undefined,
    own: demoServer(primary),
  });
  // Passing a config or a server grants permission to connect to its hosts.
  const allowedHosts = networkHostsOf(readConfigText(text, variables).config);
  const config = await orClose(servers, () =>
    createConfigStore({
      text,
      variables,
      allowedHosts,
      primary,
      onChange() {
        const former = sending;
        sending = send();
        ways.renew();
        // Pending sends finish with the previous config.
        void former.close();
        events.publish('config');
      },
    }),
  );
  const send = () => createSending({ ...config.current, servers, attempts, inbox, logger });
  let sending = send();

  /** `leaving` aborts checks at once. `ending` aborts sends after the grace period. */
  const leaving = new AbortController();
  const ending = new AbortController();
  /** Always uses the running config. */
  const mailer = {
    send: (request: SendRequest, { signal = ending.signal }: OperationOptions = {}) =>
      sending.mailer.send(request, { signal }),
    render: (...call: Parameters<Mailer['render']>) => sending.mailer.render(...call),
    deliver: (...call: Parameters<Mailer['deliver']>) => sending.mailer.deliver(...call),
    verify: (...call: Parameters<Mailer['verify']>) => sending.mailer.verify(...call),
  };
  const queue = createPlaygroundQueue({
    databaseUrl: options.databaseUrl,
    mailer,
    inbox,
    onChange: () => events.publish('deliveries'),
  });
  const ways = createWays({ sending: () => sending, queue, inbox, signal: ending.signal });
  /** Created on first use, because links contain the origin of the page, which a forwarded port changes. */
  let desk: SignInDesk | undefined;
  const openDesk = ({ headers }: Request): SignInDesk => {
    desk ??= createSignInDesk({ mailer, inbox, origin: `http://${headers.host}` });
    return desk;
  };
  const previewer = createPreviewer(config);

  const server = createServer(
    createPlaygroundServer({
      token,
      events,
      pageFolder: options.pageFolder,
      linkPages: (request, ...rest) => openDesk(request).pages(request, ...rest),
      routes: [
        sessionRoutes({ token, config }),
        composeRoutes({ config, previewer }),
        configRoutes({ config }),
        doctorRoutes({ config, allowedHosts, signal: leaving.signal }),
        inboxRoutes({ inbox }),
        signInRoutes({
          desk: openDesk,
          reset() {
            desk = undefined;
          },
        }),
        deliveriesRoutes({ queue, attempts }),
        sendRoutes({ ways }),
        serversRoutes({ servers, onChange: onServersChange }),
      ],
    }),
  );

  async function shutDown() {
    const stopped = new Promise((resolve) => server.close(resolve));
    events.close();
    leaving.abort();
    const graceMs = options.closingGrace ?? CLOSING_GRACE;
    const grace = setTimeout(() => {
      ending.abort();
      void servers.close();
    }, graceMs);
    await queue.close(graceMs);
    await Promise.all([sending.close(), previewer.close(), ways.close()]);
    clearTimeout(grace);
    await servers.close();
    // Aborted requests get their responses before their connections close.
    await setImmediate();
    server.closeAllConnections();
    await stopped;
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shutDown();
    return closing;
  };

  try {
    const hasSamples = config.current.target.mode === 'trap' && options.hasSamples !== false;
    // Samples that arrive after the page opens would count as new.
    if (hasSamples) await sendSamples();
    isPrinting = true;
    const port = await listen(server, { port: wantedPort, orFreePort });
    if (wantedPort !== 0 && port !== wantedPort) print(`Port ${wantedPort} is taken. Using ${port}.`);
    const { issues } = config.describe();
    if (issues.length > 0) options.onIssues?.(issues);
    const { mode, server: target } = config.current.target;
    print(
      mode === 'trap'
        ? `Emails go to a mail trap on ${target} and stay on this machine.`
        : `Real emails are sent through ${target}.`,
    );
    return { url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }

  async function sendSamples(): Promise<void> {
    for (const request of sampleRequests(config.current.config))
      await sending.mailer.send(request).catch(() => {});
  }
}

/** Closes the servers if `make` throws. */
async function orClose<T>(servers: MailServers, make: () => T): Promise<T> {
  try {
    return make();
  } catch (error) {
    await servers.close();
    throw error;
  }
}
