import { SegmentedControl, Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { Sent, Way, WayDescription, WayList } from '../../../src/wire/send';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import { get, useChoices, useSession } from '../../queries';
import { CodeSample } from './code-sample';
import { EmailForm } from './email-form';
import { type Outcome, OutcomeReport } from './outcome';
import { type ChosenEmail, requestOf } from './sample-code';
import styles from './send.module.css';

export default function SendView() {
  const session = useSession();
  const choices = useChoices();
  const ways = useQuery({ queryKey: ['send', 'ways'], queryFn: get<WayList>('/send/ways') });
  const error = session.error ?? choices.error ?? ways.error;
  return (
    <View title="Send" lead="Send the same email through each delivery path, and see the code for it.">
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
      requestContext: first?.requestContext,
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
      <SegmentedControl<Way>
        fullWidth
        className={styles.ways}
        aria-label="Delivery path"
        value={chosen}
        onChange={setChosen}
        data={ways.map((each) => ({ value: each.way, label: each.label }))}
      />
      {way && <p className={styles.description}>{way.description}</p>}
      <div className={styles.columns}>
        <div className={styles.column}>
          <EmailForm
            choices={choices}
            email={email}
            onChange={setEmail}
            onSend={() => mutate(chosen)}
            isSending={isPending}
            way={way?.title ?? chosen}
          />
          {outcome && (
            <section className={styles.outcome} aria-label="Result">
              <OutcomeReport outcome={outcome} />
            </section>
          )}
        </div>
        {way && <CodeSample key={way.way} way={way} email={email} />}
      </div>
    </>
  );
}
