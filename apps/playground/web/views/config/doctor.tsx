import { Button, Loader, TextInput } from '@mantine/core';
import { Circle, CircleAlert, CircleCheck, CircleMinus, Stethoscope, TriangleAlert } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api';
import { Problem } from '../../parts/problem';
import styles from './config.module.css';
import { DoctorFinding } from './doctor-finding';
import { type Examination, useDoctor } from './use-doctor';

interface DoctorProps {
  readonly text: string;
  readonly onPatched: (text: string) => void;
}

/** Walks the delivery path with the config under edit, step by step, and sends nothing. */
export function Doctor({ text, onPatched }: DoctorProps) {
  const { examination, start, cancel } = useDoctor();
  const [to, setTo] = useState('');
  const section = useRef<HTMLElement>(null);
  const isRunning = examination?.state === 'running';
  const order = { text, to: to.trim(), allowHosts: [] };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(order);
  };
  const { error, expected, state } = examination ?? {};
  // Its steps and what they found take more room than there was.
  useEffect(() => {
    if (expected?.length) section.current?.scrollIntoView({ block: 'start' });
  }, [expected, state]);
  const refused = error instanceof ApiError ? error.problem.hosts : undefined;
  return (
    <section className={styles.section} aria-labelledby="doctor" ref={section}>
      <h2 id="doctor">Doctor</h2>
      <form className={styles.order} onSubmit={submit} noValidate>
        <TextInput
          label="Ask about a recipient"
          placeholder="optional"
          type="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {/* One that turned into the other under the pointer would start it again. */}
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
          Connects as an email would, logs in, asks whether the sender is taken, and sends nothing.
        </p>
      )}
      {refused ? (
        <div className={styles.withheld} role="alert">
          <p>
            <strong>This email would leave your machine.</strong> The doctor would connect to{' '}
            {refused.join(' and ')}, and ask the DNS about the sender’s domain.
          </p>
          <Button size="xs" variant="default" onClick={() => void start({ ...order, allowHosts: refused })}>
            Connect to {refused.join(' and ')}
          </Button>
        </div>
      ) : (
        error !== undefined && <Problem error={error} />
      )}
      {examination && !refused && <Steps examination={examination} onPatched={onPatched} text={text} />}
    </section>
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
  temporary: 'Not right now: emails go out later, and nothing has to be changed.',
  broken: 'Broken: no email goes out until something is changed.',
};

function Steps({ examination, text, onPatched }: DoctorProps & { examination: Examination }) {
  const { expected, done, state, diagnosis } = examination;
  // Some have nothing to do and are passed over: an address needs no DNS.
  const reached = Math.max(-1, ...done.map(({ name }) => expected.indexOf(name)));
  const toCome = expected.slice(reached + 1);
  const isRunning = state === 'running';
  return (
    <>
      <p className={styles.verdict} role="status" data-verdict={diagnosis?.verdict}>
        {diagnosis && VERDICTS[diagnosis.verdict]}
        {isRunning && `Step ${done.length + 1} of ${Math.max(expected.length, done.length + 1)}`}
        {state === 'cancelled' && 'Canceled.'}
        {diagnosis && examination.text !== text && ' The config was changed since: run it again.'}
      </p>
      <ol className={styles.steps} aria-label="Steps of the doctor" aria-busy={isRunning}>
        {done.map(({ name, status, tried, summary, durationMs, response, problems }) => (
          <li key={name} className={styles.step} data-status={status}>
            {ICONS[status]}
            <div>
              <p className={styles.stepHead}>
                <strong>{tried}</strong>
                <span>{Math.round(durationMs)} ms</span>
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
            {isRunning && index === 0 ? <Loader size={18} aria-label="Under way" /> : <Circle aria-hidden />}
            <p className={styles.quiet}>{name.toUpperCase()}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
