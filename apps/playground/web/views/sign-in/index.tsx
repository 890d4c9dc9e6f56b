import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import type { SignInPolicy } from '../../../src/wire/sign-in';
import { call } from '../../api';
import { showFailure, showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import { get, useSession } from '../../queries';
import { AddressStep } from './address-step';
import { CodeStep } from './code-step';
import { forgetLimits } from './limits';
import { Mailbox } from './mailbox';
import { OpenGate } from './open-gate';
import { OtherWays } from './other-ways';
import { Rules } from './rules';
import styles from './sign-in.module.css';

type Step =
  | { readonly name: 'address'; readonly to?: string }
  | { readonly name: 'code' | 'link-sent' | 'signed-in'; readonly to: string };

export default function SignInView() {
  const [, navigate] = useLocation();
  /** The page of a link leads here. */
  const [, signedIn] = useRoute('/sign-in/as/:to');
  const { data: session } = useSession();
  const { data: policy } = useQuery({
    queryKey: ['sign-in', 'policy'],
    queryFn: get<SignInPolicy>('/sign-in/policy'),
  });
  const [step, setStep] = useState<Step>(
    signedIn ? { name: 'signed-in', to: decodeURIComponent(signedIn.to) } : { name: 'address' },
  );
  const startOver = () => {
    navigate('/sign-in', { replace: true });
    setStep(({ to }) => ({ name: 'address', ...(to !== undefined && { to }) }));
  };
  const reset = async () => {
    await call('/sign-in/reset', { method: 'POST' });
    forgetLimits();
    startOver();
    showToast({ kind: 'done', text: 'All codes, links, and limits were reset.' });
  };
  const to = step.to ?? session?.sampleRecipient;
  return (
    <View
      title="Sign in"
      lead="Sign in as your users do, with their mailbox and the limits next to it."
      actions={
        <Button
          variant="default"
          leftSection={<RotateCcw size={15} aria-hidden />}
          onClick={() => reset().catch(showFailure)}
        >
          Reset limits
        </Button>
      }
    >
      <div className={styles.columns}>
        <section className={styles.door} aria-label="Your app">
          <CurrentStep
            step={step}
            suggested={session?.sampleRecipient}
            policy={policy}
            onStep={setStep}
            onStartOver={startOver}
          />
        </section>
        <div className={styles.behind}>
          <Mailbox to={step.name === 'address' ? undefined : to} />
          {to !== undefined && policy && <Rules to={to} policy={policy} />}
        </div>
      </div>
    </View>
  );
}

interface CurrentStepProps {
  readonly step: Step;
  readonly suggested: string | undefined;
  readonly policy: SignInPolicy | undefined;
  readonly onStep: (step: Step) => void;
  readonly onStartOver: () => void;
}

function CurrentStep({ step, suggested, policy, onStep, onStartOver }: CurrentStepProps) {
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
          length={policy?.codeLength ?? 6}
          onSignedIn={() => onStep({ name: 'signed-in', to: step.to })}
          onStartOver={onStartOver}
        />
      );
    case 'link-sent':
      return (
        <div className={styles.step}>
          <h2 className={styles.title}>Check your email</h2>
          <p className={styles.explanation}>
            If there is an account for <strong>{step.to}</strong>, you will get an email with a link. If you
            open the link in another browser, it shows a code to <a href="/mail/open">enter here</a>.
          </p>
          <OtherWays to={step.to} method="link" onStartOver={onStartOver} />
        </div>
      );
    case 'signed-in':
      return <SignedInStep to={step.to} onStartOver={onStartOver} />;
  }
}

function SignedInStep({ to, onStartOver }: { to: string; onStartOver: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className={styles.step}>
      <OpenGate />
      <h2 className={styles.title} ref={title} tabIndex={-1}>
        You are signed in
      </h2>
      <p className={styles.explanation}>
        Signed in as <strong>{to}</strong>. Your app starts its session here.
      </p>
      <Button variant="default" size="md" onClick={onStartOver}>
        Sign out
      </Button>
    </div>
  );
}
