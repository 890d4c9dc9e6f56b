import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { call } from '../../api';
import { showFailure, showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import { useSession } from '../../session';
import { AddressStep } from './address-step';
import { CodeStep } from './code-step';
import { ConfirmStep } from './confirm-step';
import { LinkSentStep } from './link-sent-step';
import { Mailbox } from './mailbox';
import { Rules } from './rules';
import styles from './sign-in.module.css';
import { SignedInStep } from './signed-in-step';

/** Where someone is on the way in. */
type Step =
  | { readonly name: 'address'; readonly to?: string }
  | { readonly name: 'code' | 'link-sent' | 'signed-in'; readonly to: string };

export default function SignInView() {
  const [, navigate] = useLocation();
  const [, link] = useRoute('/sign-in/link/:token');
  const { data: session } = useSession();
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>({ name: 'address' });
  const startOver = () => {
    navigate('/sign-in', { replace: true });
    setStep(({ to }) => ({ name: 'address', ...(to !== undefined && { to }) }));
  };
  const forgetLimits = async () => {
    await call('/sign-in/reset', { method: 'POST' });
    await queries.invalidateQueries({ queryKey: ['sign-in'] });
    startOver();
    showToast({ kind: 'done', text: 'All codes, links and limits were reset.' });
  };

  const to = step.to ?? session?.sampleRecipient;
  return (
    <View
      title="Sign in"
      lead="The real flow, as your users go through it. The mailbox is theirs; the rules are those that protect them."
      actions={
        <Button
          variant="default"
          leftSection={<RotateCcw size={15} aria-hidden />}
          onClick={() => forgetLimits().catch(showFailure)}
        >
          Reset limits
        </Button>
      }
    >
      <div className={styles.columns}>
        <section className={styles.door} aria-label="Your app">
          {link !== null && step.name !== 'signed-in' ? (
            <ConfirmStep
              key={link.token}
              token={link.token}
              onSignedIn={(address) => setStep({ name: 'signed-in', to: address })}
              onStartOver={startOver}
            />
          ) : (
            <CurrentStep
              step={step}
              suggested={session?.sampleRecipient}
              onStep={setStep}
              onStartOver={startOver}
            />
          )}
        </section>
        <div className={styles.behind}>
          <Mailbox to={step.name === 'address' ? undefined : to} />
          {to !== undefined && <Rules to={to} />}
        </div>
      </div>
    </View>
  );
}

interface CurrentStepProps {
  readonly step: Step;
  readonly suggested: string | undefined;
  readonly onStep: (step: Step) => void;
  readonly onStartOver: () => void;
}

function CurrentStep({ step, suggested, onStep, onStartOver }: CurrentStepProps) {
  switch (step.name) {
    case 'address':
      return (
        <AddressStep
          key={suggested}
          suggested={step.to ?? suggested ?? ''}
          onStarted={(to, method) => onStep({ name: method === 'code' ? 'code' : 'link-sent', to })}
        />
      );
    case 'code':
      return (
        <CodeStep
          to={step.to}
          onSignedIn={() => onStep({ name: 'signed-in', to: step.to })}
          onStartOver={onStartOver}
        />
      );
    case 'link-sent':
      return <LinkSentStep to={step.to} onStartOver={onStartOver} />;
    case 'signed-in':
      return <SignedInStep to={step.to} onStartOver={onStartOver} />;
  }
}
