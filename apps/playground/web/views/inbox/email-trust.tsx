import { CircleCheck, CircleHelp, CircleX } from 'lucide-react';
import type { DkimFacts, InboxEmail } from '../../../src/wire/inbox';
import { Facts } from '../../parts/facts';
import styles from './email-trust.module.css';

const RESULTS: Record<DkimFacts['result'], { icon: typeof CircleCheck; title: string }> = {
  pass: { icon: CircleCheck, title: 'The DKIM signature is valid' },
  fail: { icon: CircleX, title: 'The DKIM signature is not valid' },
  unknown: { icon: CircleHelp, title: 'Signed. The playground does not look up keys in DNS' },
};

/** What mail apps check: the signature, the site of the code, and the delivery. */
export function EmailTrust({ email }: { email: InboxEmail }) {
  const { dkim, otpToken, session, response } = email;
  return (
    <div className={styles.trust}>
      <section>
        <h3>DKIM</h3>
        {dkim ? <Dkim facts={dkim} /> : <p className={styles.none}>Not signed. Set “dkim” in the config.</p>}
      </section>
      <section>
        <h3>OTP-Token</h3>
        {otpToken ? (
          <Facts
            facts={[
              ['Header', <code key="value">{otpToken.value}</code>],
              ['Code', otpToken.code],
              ['Site', otpToken.origin],
            ]}
          />
        ) : (
          <p className={styles.none}>None. Mail apps cannot tell which site the code is for.</p>
        )}
      </section>
      <section>
        <h3>Delivery</h3>
        <Facts
          facts={[
            ['Sent by', email.via],
            ['Mail server', email.server],
            ['Encrypted', session && (session.secure ? 'yes, with TLS' : 'no')],
            ['Logged in as', session?.user],
            ['Connection', session && `No. ${session.connection}`],
            ['Reply', response],
            ['Message-ID', email.messageId && <code>{email.messageId}</code>],
          ]}
        />
      </section>
    </div>
  );
}

function Dkim({ facts }: { facts: DkimFacts }) {
  const { icon: Icon, title } = RESULTS[facts.result];
  return (
    <>
      <p className={styles.result} data-result={facts.result}>
        <Icon size={18} aria-hidden /> {title}
      </p>
      <p className={styles.none}>{facts.explanation}</p>
      <Facts
        facts={[
          ['Domain', facts.domain],
          ['Key', <code key="key">{facts.recordName}</code>],
          ['Algorithm', `${facts.algorithm}, ${facts.canonicalization}`],
          ['Signed headers', facts.signedHeaders.join(', ')],
        ]}
      />
    </>
  );
}
