import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { ConfigVariables, Mailer, OperationOptions, SendRequest } from '@postern/core';
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
import type { ServerList } from './wire/server.js';

const CLOSING_GRACE = 1500;
const SNAPSHOT_EMAILS = 200;
const SNAPSHOT_ATTEMPTS = 100;

export interface PlaygroundOptions {
  /** The text of a connector config, and the file it came from. @default a built-in one, for the playground's own servers */
  readonly config?: { readonly text: string; readonly file: string } | undefined;
  /** An SMTP server to really send through, in place of the config's: `smtps://user:pass@smtp.example.com`. */
  readonly smtpUrl?: string | undefined;
  /** A PostgreSQL for the queue. @default in memory */
  readonly databaseUrl?: string | undefined;
  /** What references in the config lead to. @default nothing */
  readonly variables?: ConfigVariables | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether a free port will do when `port` is taken. @default false */
  readonly orFreePort?: boolean;
  /** How long emails that are under way may take to finish on closing, in milliseconds. @default 1500 */
  readonly closingGrace?: number;
  /** Whether the inbox of the playground's own servers begins with one email of each kind. @default true */
  readonly hasSamples?: boolean;
  /** Where the page's build is, in tests. */
  readonly pageFolder?: string;
  /** Gets the warnings about the config. */
  onIssues?(issues: readonly Issue[]): void;
  /** Gets lines to show to the person who started it. */
  print(line: string): void;
}

/** Everything end to end: mail servers, config, mailer, queue, frameworks, and the page that shows it. */
export interface Playground extends AsyncDisposable {
  readonly url: string;
  /** Lets emails in flight finish for a moment, then ends everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * @throws {ProblemError} `config_invalid` when the config can't be used
 * @throws Error with the code `EADDRINUSE` when the port is taken
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { print, port: wantedPort, orFreePort } = options;
  const token = createToken();
  let isPrinting = false;
  const logger = createEventPrinter((line) => isPrinting && print(line));

  const inbox = createInbox({
    onChange: (email) => events.publish({ type: 'email', email }),
    onRemove: (ids) => events.publish({ type: 'emails-deleted', ...(ids && { ids }) }),
  });
  const attempts = createAttemptLog({
    onAttempt: (attempt, second) => {
      events.publish({ type: 'attempt', attempt });
      events.publish({ type: 'metrics', second });
    },
  });
  const [servers, dkim] = await Promise.all([
    startMailServers({
      auth: LOGIN,
      onEmail: (name, email) => inbox.add(keepReceived(name, email, [dkim.known])),
      onChange: () => publishServers(),
    }),
    createDkimKey(),
  ]);

  let serversVersion = Date.now();
  const listServers = (): ServerList => {
    serversVersion += 1;
    return { servers: servers.list(), serversVersion };
  };
  const publishServers = () => events.publish({ type: 'servers', ...listServers() });

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
  // Who names a config or a server wants it to be used.
  const allowedHosts = networkHostsOf(readConfigText(text, variables).config);
  const config = await orClose(servers, () =>
    createConfigStore({
      text,
      file: options.config?.file,
      variables,
      allowedHosts,
      primary,
      onChange(revision) {
        const former = sending;
        sending = send();
        ways.renew();
        // What is under way still ends.
        void former.close();
        events.publish({ type: 'config', revision });
      },
    }),
  );
  const send = () => createSending({ ...config.current, servers, attempts, inbox, logger });
  let sending = send();

  /** The playground is being closed; and, some time later, whoever still waits is told. */
  const leaving = new AbortController();
  const ending = new AbortController();
  /** Of the config that is running, whichever that is by then. */
  const mailer = {
    send: (request: SendRequest, { signal = ending.signal }: OperationOptions = {}) =>
      sending.mailer.send(request, { signal }),
    render: (...call: Parameters<Mailer['render']>) => sending.mailer.render(...call),
    deliver: (...call: Parameters<Mailer['deliver']>) => sending.mailer.deliver(...call),
  };
  const queue = createPlaygroundQueue({
    databaseUrl: options.databaseUrl,
    mailer,
    inbox,
    onChange: (delivery) => events.publish({ type: 'delivery', delivery }),
  });
  const ways = createWays({ sending: () => sending, queue, inbox, signal: ending.signal });
  /** Its links lead here, wherever that is. */
  let desk: SignInDesk | undefined;
  const previewer = createPreviewer(config);

  const events = createEventStream(() => ({
    emails: inbox.list({ limit: SNAPSHOT_EMAILS }).emails,
    deliveries: queue.known(),
    attempts: attempts.recent(SNAPSHOT_ATTEMPTS),
    seconds: attempts.seconds(),
    ...listServers(),
    revision: config.describe().revision,
  }));
  const server = createServer(
    createPlaygroundServer({
      token,
      events,
      pageFolder: options.pageFolder,
      routes: [
        sessionRoutes({ token, config }),
        composeRoutes({ config, previewer }),
        configRoutes({ config }),
        doctorRoutes({ config, allowedHosts, signal: leaving.signal }),
        inboxRoutes({ inbox }),
        signInRoutes({ desk: openDesk }),
        deliveriesRoutes({ queue, attempts }),
        sendRoutes({ ways }),
        serversRoutes({
          servers,
          list: listServers,
          onChange: (list) => events.publish({ type: 'servers', ...list }),
        }),
      ],
    }),
  );

  function openDesk(): SignInDesk {
    const { port } = server.address() as AddressInfo;
    desk ??= createSignInDesk({ mailer, inbox, linkUrl: `http://127.0.0.1:${port}/#/sign-in/link/{token}` });
    return desk;
  }

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
    // Requests that waited for an email get their answers before their connections are closed.
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
    // Before the page is there: nobody would know which of them are new.
    if (hasSamples) await sendSamples();
    isPrinting = true;
    const port = await listen(server, { port: wantedPort, orFreePort });
    if (wantedPort !== 0 && port !== wantedPort) print(`Port ${wantedPort} is taken, so it is ${port}.`);
    const { issues } = config.describe();
    if (issues.length > 0) options.onIssues?.(issues);
    const { mode, server: target } = config.current.target;
    print(
      mode === 'trap'
        ? `Mail goes to a trap on ${target} and stays there.`
        : `Mail is really sent, through ${target}.`,
    );
    return { url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }

  /** Something to look at. */
  async function sendSamples(): Promise<void> {
    for (const request of sampleRequests(config.current.config))
      await sending.mailer.send(request).catch(() => {});
  }
}

/** What can't be made must not leave the servers behind. */
async function orClose<T>(servers: MailServers, make: () => T): Promise<T> {
  try {
    return make();
  } catch (error) {
    await servers.close();
    throw error;
  }
}
