import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DebianRoot } from './debian-root.ts';

/** The domain that every server is responsible for, and the mailboxes in it. */
export const DOMAIN = 'postern.example';
export const MAILBOXES = ['ada', 'grace', 'full', 'noreply', 'jörg'];
/** The host name of every server. */
export const HOST_NAME = 'mail.postern.example';
/** The only login. */
export const LOGIN = { user: 'app', pass: 'correct-horse' };

/** The maximum startup time of a server, in milliseconds. */
const START_TIMEOUT = 20_000;

/** The place of a server. */
export interface ServerPlace {
  /** For configuration, queues, and logs. Accessible to every user. */
  readonly folder: string;
  readonly packages: DebianRoot;
  readonly certificate: { readonly cert: string; readonly key: string };
}

/** A mail server that can run with several settings at the same time. */
export interface MailServer<Settings> {
  readonly label: string;
  /** The required Debian packages. */
  readonly packages: readonly string[];
  start(place: ServerPlace, settings: readonly Settings[]): Promise<RunningServers>;
}

interface RunningServers {
  readonly version: string;
  /** In the order of the settings. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Creates a self-signed certificate for localhost and returns the paths of its files. */
export async function createCertificate(folder: string): Promise<{ cert: string; key: string }> {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  // Exim reads it as a different user.
  await chmod(key, 0o644);
  return { cert, key };
}

/** Creates a folder for one server that every user can access. */
export async function newFolder({ folder }: ServerPlace, name: string): Promise<string> {
  const path = await mkdtemp(join(folder, `${name}-`));
  await chmod(path, 0o755);
  return path;
}

/** Waits until the port is open. */
export async function waitForPort(port: number, log: () => string | Promise<string>): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await isListening(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens on port ${port}. Log: ${await log()}`);
    await setTimeout(50);
  }
}

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .on('error', () => resolve(false));
  });

/** The content of a log file, or an empty string. */
export const readLog = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
