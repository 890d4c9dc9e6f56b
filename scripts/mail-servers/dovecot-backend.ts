import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { LOGIN, newFolder, readLog, type ServerPlace, waitForPort } from './server-place.ts';

/** The services of Dovecot that Postfix uses. */
export interface DovecotBackend {
  /** The socket for logins. */
  readonly loginSocket: string;
  /** The port of the quota service (quota-status). */
  readonly quotaPort: number;
  stop(): Promise<void>;
}

const config = (folder: string) => `
base_dir = ${folder}/run
log_path = ${folder}/log
listen = 127.0.0.1
auth_mechanisms = plain login
mail_location = maildir:${folder}/mail/%n
passdb {
  driver = passwd-file
  args = scheme=plain ${folder}/users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=${folder}/mail/%n allow_all_users=yes
}
`;

/** @param settings additional lines for dovecot.conf */
export async function startDovecot(place: ServerPlace, settings: (folder: string) => string) {
  const folder = await newFolder(place, 'dovecot');
  await mkdir(join(folder, 'run'));
  await mkdir(join(folder, 'mail'));
  await chmod(join(folder, 'mail'), 0o777);
  await writeFile(join(folder, 'users'), `${LOGIN.user}:{PLAIN}${LOGIN.pass}\n`);
  await writeFile(join(folder, 'dovecot.conf'), config(folder) + settings(folder));
  const { stop } = place.packages.run(['dovecot', '-F', '-c', join(folder, 'dovecot.conf')]);
  return { folder, stop, log: () => readLog(join(folder, 'log')) };
}

/** Dovecot as a backend for Postfix. Every mailbox in its quota rule is full. */
export async function startDovecotBackend(place: ServerPlace): Promise<DovecotBackend> {
  const quotaPort = await freePort();
  const { folder, stop, log } = await startDovecot(
    place,
    (home) => `
protocols =
ssl = no
mail_plugins = quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=1B
  quota_status_success = DUNNO
  quota_status_nouser = DUNNO
  quota_status_overquota = "552 5.2.2 Mailbox is full"
}
service auth {
  unix_listener ${home}/login {
    mode = 0666
  }
}
service quota-status {
  executable = quota-status -p postfix
  inet_listener {
    port = ${quotaPort}
  }
}
`,
  );
  await waitForPort(quotaPort, log);
  return { loginSocket: join(folder, 'login'), quotaPort, stop };
}
