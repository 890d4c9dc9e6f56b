import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type DovecotBackend, startDovecotBackend } from './dovecot-backend.ts';
import {
  DOMAIN,
  HOST_NAME,
  MAILBOXES,
  type MailServer,
  newFolder,
  readLog,
  type ServerPlace,
  waitForPort,
} from './server-place.ts';

/**
 * Lines of main.cf for one listener, such as `message_size_limit=1000`. By default, it offers no TLS and no login, and accepts
 * emails to the mailboxes of its domain.
 */
export type PostfixSettings = readonly string[];

const mainConfig = (folder: string, { cert, key }: ServerPlace['certificate'], backend: DovecotBackend) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = ${HOST_NAME}
mydestination =
mynetworks =
alias_maps =
virtual_mailbox_domains = ${DOMAIN}
virtual_mailbox_maps = inline:{${MAILBOXES.map((name) => `${name}@${DOMAIN}=x`).join(', ')}}
virtual_transport = discard:
default_transport = discard:
relay_transport = discard:
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = ${cert}
smtpd_tls_key_file = ${key}
smtpd_tls_security_level = none
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${backend.loginSocket}
smtpd_client_event_limit_exceptions =
quota_status = inet:127.0.0.1:${backend.quotaPort}
`;

/** The services of a listener. Bounces are discarded. */
const SERVICES = `
cleanup   unix  n - n - 0 cleanup
spam      unix  n - n - 0 cleanup
  -o { header_checks=regexp:{{/^Subject:.*prize/ REJECT 5.7.1 This looks like spam}} }
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 discard
defer     unix  - - n - 0 discard
proxymap  unix  - - n - - proxymap
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;

/** Prepares the folders as `postfix start` does. */
const START = `
cd "$0" && mkdir -p data queue && cd queue &&
mkdir -p active bounce corrupt defer deferred flush hold incoming private maildrop public pid saved trace &&
chown postfix ../data active bounce corrupt defer deferred flush hold incoming private maildrop public saved trace &&
chgrp postdrop maildrop public && chmod 730 maildrop && chmod 710 public && chmod 700 private &&
exec /usr/lib/postfix/sbin/master -d -c "$0/etc"`;

/** Starts one Postfix with a listener for each of the settings, and a Dovecot for logins and quotas. */
export const postfix: MailServer<PostfixSettings> = {
  label: 'Postfix',
  packages: ['postfix', 'dovecot-core'],
  async start(place, settings) {
    const backend = await startDovecotBackend(place);
    const folder = await newFolder(place, 'postfix');
    await mkdir(join(folder, 'etc'));
    const ports = await Promise.all(settings.map(freePort));
    const listeners = settings.map((options, index) => {
      const lines = options.map((option) => `  -o { ${option} }\n`).join('');
      return `127.0.0.1:${ports[index]} inet n - n - - smtpd\n${lines}`;
    });
    await writeFile(join(folder, 'etc/main.cf'), mainConfig(folder, place.certificate, backend));
    await writeFile(join(folder, 'etc/master.cf'), SERVICES + listeners.join(''));
    const { stop, log } = place.packages.run(['sh', '-c', START, folder]);
    await waitForPort(ports[0] ?? 0, async () => log() + (await readLog(join(folder, 'log'))));
    return {
      version: await place.packages.version('postfix'),
      ports,
      async stop() {
        await Promise.all([stop(), backend.stop()]);
      },
    };
  },
};
