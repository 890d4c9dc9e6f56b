import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import {
  DOMAIN,
  HOST_NAME,
  LOGIN,
  MAILBOXES,
  type MailServer,
  newFolder,
  readLog,
  type ServerPlace,
  waitForPort,
} from './server-place.ts';

/** By default, Exim offers no TLS and no login, and accepts emails to the mailboxes of its domain. */
export interface EximSettings {
  /** Lines of the main section. */
  readonly main?: string;
  /** Statements of the access control lists, before those that accept. */
  readonly acl?: Partial<Record<'connect' | 'helo' | 'mail' | 'rcpt' | 'data', string>>;
  readonly login?: boolean;
  /** STARTTLS or implicit TLS. */
  readonly tls?: 'starttls' | 'implicit';
  /** The file with the private key. @default that of all servers */
  readonly key?: string;
  /** Accept every recipient from this machine. */
  readonly relay?: boolean;
}

const HAS_LOGIN = `\${if and{{eq{$auth1}{${LOGIN.user}}}{eq{$auth2}{${LOGIN.pass}}}}}`;

const AUTHENTICATORS = `
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${HAS_LOGIN.replace('auth2', 'auth3').replace('auth1', 'auth2')}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = User: : Password:
  server_condition = ${HAS_LOGIN}
  server_set_id = $auth1
`;

/** The part of the access control list in Debian's default configuration that applies to clients that send emails. */
const ACCEPT_RECIPIENT = `
  accept hosts = +relay
  accept authenticated = *
  require message = relay not permitted
          domains = +local
  require verify = recipient
  accept
`;

function eximConfig(
  folder: string,
  port: number,
  { main = '', acl = {}, ...has }: EximSettings,
  place: ServerPlace,
) {
  const list = (name: keyof typeof acl, end = '  accept\n') => `acl_${name}:\n${acl[name] ?? ''}\n${end}`;
  const { cert, key } = place.certificate;
  return `
primary_hostname = ${HOST_NAME}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%s
pid_file_path = ${folder}/pid
notifier_socket =
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
queue_only
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
domainlist local = ${DOMAIN}
hostlist relay = ${has.relay ? '127.0.0.1' : ''}
tls_advertise_hosts = ${has.tls ? '*' : ''}
tls_certificate = ${cert}
tls_privatekey = ${has.key ?? key}
${has.tls === 'implicit' ? `tls_on_connect_ports = ${port}` : ''}
acl_smtp_connect = acl_connect
acl_smtp_helo = acl_helo
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
${main}
begin acl
${list('connect')}${list('helo')}${list('mail')}${list('rcpt', ACCEPT_RECIPIENT)}${list('data')}
begin routers
mailboxes:
  driver = redirect
  domains = +local
  local_parts = ${MAILBOXES.join(' : ')}
  data = :blackhole:
begin authenticators
${has.login ? AUTHENTICATORS : ''}
`;
}

/** Starts one daemon for each of the settings. */
export const exim: MailServer<EximSettings> = {
  label: 'Exim',
  packages: ['exim4-daemon-light'],
  async start(place, settings) {
    const folder = await newFolder(place, 'exim');
    const ports = await Promise.all(settings.map(freePort));
    const commands = settings.map(async (setting, index) => {
      const home = join(folder, String(index));
      await mkdir(home);
      await writeFile(join(home, 'exim.conf'), eximConfig(home, ports[index] ?? 0, setting, place));
      return `{ mkdir ${home}/spool ${home}/log && chown Debian-exim ${home}/spool ${home}/log && exim4 -bdf -C ${home}/exim.conf; } &\n`;
    });
    const { stop, log } = place.packages.run(['sh', '-c', `${(await Promise.all(commands)).join('')}wait`]);
    await Promise.all(
      ports.map((port, index) =>
        waitForPort(port, async () => log() + (await readLog(join(folder, `${index}/log/panic`)))),
      ),
    );
    return { version: await place.packages.version('exim4-daemon-light'), ports, stop };
  },
};
