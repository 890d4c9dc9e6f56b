import { Button, Loader, TextInput } from '@mantine/core';
import { Circle, CircleAlert, CircleCheck, CircleMinus, Stethoscope, TriangleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api';
import { Problem } from '../../parts/problem';
import styles from './config.module.css';
import { DoctorFinding } from './doctor-finding';
import { type Examination, useDoctor } from './use-doctor';

interface DoctorProps {
  readonly text: string;
  readonly onPatched: (text: string) => void;
}

/** Checks each step of the delivery path with the config in the editor, and sends nothing. */
export function Doctor({ text, onPatched }: DoctorProps) {
  const { examination, start, cancel } = useDoctor();
  const [to, setTo] = useState('');
  const isRunning = examination?.state === 'running';
  const order = { text, to: to.trim(), allowHosts: [] };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(order);
  };
  const { error } = examination ?? {};
  const refused = error instanceof ApiError ? error.problem.hosts : undefined;
  return (
    <>
      <form className={styles.order} onSubmit={submit} noValidate>
        <TextInput
          label="Recipient to check"
          placeholder="optional"
          type="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {/* With different keys, a double click on Cancel does not start it again. */}
        {isRunning ? (
          <Button key="cancel" variant="default" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button key="run" type="submit" leftSection={<Stethoscope size={16} aria-hidden />}>
            {examination ? 'Run again' : 'Run'}
          </Button>
        )}
      </form>
      {!examination && (
        <p className={styles.quiet}>
          Connects and logs in like a real delivery, checks whether the server accepts the sender, and sends
          nothing.
        </p>
      )}
      {refused ? (
        <div className={styles.withheld} role="alert">
          <p>
            <strong>This check would leave your machine.</strong> The doctor would connect to{' '}
            {refused.join(' and ')}, and look up the domain of the sender in DNS.
          </p>
          <Button size="xs" variant="default" onClick={() => void start({ ...order, allowHosts: refused })}>
            Connect to {refused.join(' and ')}
          </Button>
        </div>
      ) : (
        error !== undefined && <Problem error={error} />
      )}
      {examination && !refused && <Steps examination={examination} onPatched={onPatched} text={text} />}
    </>
  );
}

const ICONS = {
  passed: <CircleCheck aria-label="Passed" />,
  warning: <TriangleAlert aria-label="Warning" />,
  failed: <CircleAlert aria-label="Failed" />,
  skipped: <CircleMinus aria-label="Skipped" />,
};

const VERDICTS = {
  ready: 'Ready to send emails.',
  temporary: 'Temporary failure: the config is valid. Try again later.',
  broken: 'Broken: the server does not accept emails until you change something.',
};

/** In milliseconds. A step that takes longer may be the cause of a problem. */
const SLOW = 1000;

function Steps({ examination, text, onPatched }: DoctorProps & { examination: Examination }) {
  const { expected, done, state, diagnosis } = examination;
  // Steps that do not apply are left out. For example, an IP address needs no DNS.
  const reached = Math.max(-1, ...done.map(({ name }) => expected.indexOf(name)));
  const toCome = expected.slice(reached + 1);
  const isRunning = state === 'running';
  return (
    <>
      <p className={styles.verdict} role="status" data-verdict={diagnosis?.verdict}>
        {diagnosis && VERDICTS[diagnosis.verdict]}
        {isRunning && `Step ${done.length + 1} of ${Math.max(expected.length, done.length + 1)}`}
        {state === 'cancelled' && 'Canceled.'}
        {diagnosis && examination.text !== text && ' The config has changed since. Run the doctor again.'}
      </p>
      <ol className={styles.steps} aria-label="Doctor steps" aria-busy={isRunning}>
        {done.map(({ name, status, tried, summary, durationMs, response, problems }) => (
          <li key={name} className={styles.step} data-status={status}>
            {ICONS[status]}
            <div>
              <p>
                <strong>{tried}</strong>
                {durationMs >= SLOW && `, ${(durationMs / 1000).toFixed(1)} s`}
              </p>
              <p className={styles.quiet}>{summary}</p>
              {problems.map((problem) => (
                <DoctorFinding
                  key={problem.message}
                  problem={problem}
                  response={status === 'failed' ? response : undefined}
                  text={text}
                  onPatched={onPatched}
                />
              ))}
            </div>
          </li>
        ))}
        {toCome.map((name, index) => (
          <li key={name} className={styles.step} data-status="waiting">
            {isRunning && index === 0 ? (
              <Loader size={18} aria-label="In progress" />
            ) : (
              <Circle aria-hidden />
            )}
            <p className={styles.quiet}>{name.toUpperCase()}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
