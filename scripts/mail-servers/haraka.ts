import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { startProcess } from './debian-root.ts';
import { DOMAIN, HOST_NAME, LOGIN, type MailServer, newFolder, waitForPort } from './server-place.ts';

/** By default, Haraka offers no TLS and no login, and accepts emails to its domain. */
export interface HarakaSettings {
  /** Built-in plugins, before those that accept. */
  readonly plugins?: readonly string[];
  /** Lines of smtp.ini. */
  readonly smtp?: string;
  /** The largest message in bytes. @default 10 MB */
  readonly maxBytes?: number;
  /** @default true */
  readonly smtpUtf8?: boolean;
  /** Other files of its config folder. */
  readonly config?: Readonly<Record<string, string>>;
  /** A custom plugin. */
  readonly ownPlugin?: string;
}

/** Plugins with the login and certificate of all servers. */
const CONFIG = {
  me: HOST_NAME,
  host_list: DOMAIN,
  relay_acl_allow: '127.0.0.1/32',
  'relay.ini': '[relay]\nacl=true\n',
  'auth_flat_file.ini': `[core]\nmethods=PLAIN,LOGIN\nconstrain_sender=false\n[users]\n${LOGIN.user}=${LOGIN.pass}\n`,
};

const connection = ({ maxBytes = 10_000_000, smtpUtf8 = true }: HarakaSettings) => `
[main]
smtputf8=${smtpUtf8}
[haproxy]
enabled=false
[headers]
max_lines=1000
max_received=100
[max]
bytes=${maxBytes}
mime_parts=1000
line_length=512
data_line_length=992
[message]
helo=Haraka is at your service.
close=closing connection.
[uuid]
banner_chars=6
`;

/** Starts one process for each of the settings, sequentially, because each takes a second of CPU time to start. */
export const haraka: MailServer<HarakaSettings> = {
  label: 'Haraka',
  packages: [],
  async start(place, settings) {
    const { cert, key } = place.certificate;
    const program = await newFolder(place, 'haraka');
    const version = await install(program);
    const servers: { port: number; stop: () => Promise<void> }[] = [];
    for (const setting of settings) {
      const { plugins = [], smtp = '', config = {}, ownPlugin } = setting;
      const port = await freePort();
      const home = await newFolder(place, 'haraka');
      const own = ownPlugin === undefined ? [] : ['own'];
      const files: Record<string, string> = {
        ...CONFIG,
        'smtp.ini': `listen=127.0.0.1:${port}\n${smtp}`,
        'connection.ini': connection(setting),
        plugins: [...plugins, ...own, 'rcpt_to.in_host_list', 'queue/discard'].join('\n'),
        ...config,
      };
      await mkdir(join(home, 'config'));
      await mkdir(join(home, 'plugins'));
      for (const [name, text] of Object.entries(files)) await writeFile(join(home, 'config', name), text);
      await symlink(cert, join(home, 'config/tls_cert.pem'));
      await symlink(key, join(home, 'config/tls_key.pem'));
      if (ownPlugin) await writeFile(join(home, 'plugins/own.js'), ownPlugin);
      const { stop, log } = startProcess(
        process.execPath,
        [join(program, 'node_modules/haraka/bin/haraka'), '-c', home],
        { env: { ...process.env, YES_REALLY_DO_DISCARD: '1' } },
      );
      servers.push({ port, stop });
      await waitForPort(port, log);
    }
    return {
      version,
      ports: servers.map(({ port }) => port),
      async stop() {
        await Promise.all(servers.map((server) => server.stop()));
      },
    };
  },
};

/** Installs Haraka from npm and returns its version. */
async function install(folder: string): Promise<string> {
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...options, 'haraka'], { cwd: folder });
  const manifest: unknown = JSON.parse(
    await readFile(join(folder, 'node_modules/haraka/package.json'), 'utf8'),
  );
  return manifest instanceof Object && 'version' in manifest ? String(manifest.version) : 'unknown';
}
