import { Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { SendRequest, Sent, Way, WayDescription, WayList } from '../../../src/wire/send';
import type { Session } from '../../../src/wire/session';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import type { ChosenEmail } from './call-code';
import { CodeSample } from './code-sample';
import { EmailForm } from './email-form';
import { type Outcome, OutcomeReport, takenMs } from './outcome';
import styles from './send.module.css';
import { WaySwitch } from './way-switch';

export default function SendView() {
  const session = useQuery({ queryKey: ['session'], queryFn: () => call<Session>('/session') });
  const choices = useQuery({ queryKey: ['compose'], queryFn: () => call<ComposeChoices>('/compose') });
  const ways = useQuery({ queryKey: ['send', 'ways'], queryFn: () => call<WayList>('/send/ways') });
  const error = session.error ?? choices.error ?? ways.error;
  return (
    <View title="Send" lead="The same email by every way in: what you would write, and what comes back.">
      {error && <Problem error={error} />}
      {session.data && choices.data && ways.data ? (
        <Sender recipient={session.data.sampleRecipient} choices={choices.data} ways={ways.data.ways} />
      ) : (
        !error && <Skeleton height="24rem" radius="md" />
      )}
    </View>
  );
}

interface SenderProps {
  readonly recipient: string;
  readonly choices: ComposeChoices;
  readonly ways: readonly WayDescription[];
}

const FIRST_TYPE = 'SignIn';

function Sender({ recipient, choices, ways }: SenderProps) {
  const [chosen, setChosen] = useState<Way>('core');
  const [outcomes, setOutcomes] = useState<Partial<Record<Way, Outcome>>>({});
  const [email, setEmail] = useState<ChosenEmail>(() => {
    const first = choices.usageTypes.find(({ type }) => type === FIRST_TYPE) ?? choices.usageTypes[0];
    return {
      to: recipient,
      type: first?.type ?? FIRST_TYPE,
      locale: '',
      payload: first?.samplePayload ?? {},
    };
  });
  const note = (way: Way, outcome: Outcome) => setOutcomes((known) => ({ ...known, [way]: outcome }));
  const { mutate, isPending } = useMutation({
    mutationFn: (way: Way) => call<Sent>(`/send/${way}`, { body: requestOf(email) }),
    onSuccess: (sent, way) => note(way, { sent }),
    onError: (error, way) => note(way, { error }),
  });
  const way = ways.find((each) => each.way === chosen);
  const outcome = outcomes[chosen];
  return (
    <>
      <div className={styles.ways}>
        <WaySwitch ways={ways} chosen={chosen} outcomes={inWords(outcomes)} onChoose={setChosen} />
        {way && (
          <p className={styles.description}>
            <strong>{way.title}.</strong> {way.description}
          </p>
        )}
      </div>
      <div className={styles.columns}>
        <div className={styles.column}>
          <h2>The email</h2>
          <EmailForm
            choices={choices}
            email={email}
            onChange={setEmail}
            onSend={() => mutate(chosen)}
            isSending={isPending}
            way={way?.title ?? chosen}
          />
          {outcome && (
            <section className={styles.outcome} aria-label="Outcome">
              <OutcomeReport outcome={outcome} />
            </section>
          )}
        </div>
        {way && <CodeSample key={way.way} way={way} email={email} />}
      </div>
    </>
  );
}

const requestOf = ({ to, type, locale, payload }: ChosenEmail): SendRequest => ({
  to,
  type,
  payload,
  ...(locale !== '' && { locale }),
});

const inWords = (outcomes: Partial<Record<Way, Outcome>>) =>
  Object.fromEntries(
    Object.entries(outcomes).map(([way, outcome]) => [
      way,
      'sent' in outcome
        ? { words: `${takenMs(outcome.sent)} ms`, isFailed: false }
        : { words: 'failed', isFailed: true },
    ]),
  );
