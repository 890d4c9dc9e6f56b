import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import type { FormEvent } from 'react';
import { Link } from 'wouter';
import type { RunningConfig } from '../../../src/wire/config';
import type { Sent } from '../../../src/wire/send';
import { call } from '../../api';
import { useLive } from '../../live';
import { Problem } from '../../parts/problem';
import { useSession } from '../../session';
import styles from './compose.module.css';
import { type Draft, setRecipient, templateOf, useDesk } from './draft';

interface SendFormProps {
  readonly isSaved: boolean;
  readonly isBroken: boolean;
  readonly draft: Draft;
  readonly payload: Record<string, unknown>;
}

/** Sends the email with this template, which the config has to have for that. */
export function SendForm({ isSaved, isBroken, draft, payload }: SendFormProps) {
  const { selection, to: typed } = useDesk();
  const { data: session } = useSession();
  const to = typed ?? session?.sampleRecipient ?? '';
  const { usageType: type, locale } = selection;
  const sending = useMutation({
    mutationFn: async () => {
      if (!isSaved) {
        await call<RunningConfig>('/templates', { method: 'PUT', body: templateOf(selection, draft) });
      }
      return call<Sent>('/send/core', { body: { to, type, locale, payload } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form className={styles.sending} onSubmit={submit} noValidate>
      <div className={styles.recipient}>
        <label htmlFor="recipient">To</label>
        <TextInput
          id="recipient"
          type="email"
          value={to}
          onChange={({ currentTarget: { value } }) => setRecipient(value)}
        />
        <Button
          type="submit"
          disabled={isBroken || to.trim() === ''}
          loading={sending.isPending}
          leftSection={<Send size={15} aria-hidden />}
        >
          {isSaved ? 'Send' : 'Save and send'}
        </Button>
      </div>
      {sending.error && <Problem error={sending.error} />}
      {sending.data && <Arrival sent={sending.data} />}
    </form>
  );
}

function Arrival({ sent: { receipt } }: { sent: Sent }) {
  const email = useLive(({ emails }) => emails.find(({ messageId }) => messageId === receipt?.messageId));
  return (
    <p className={styles.sent} role="status">
      Sent to {receipt?.accepted}.{' '}
      {email ? <Link href={`/inbox/${email.id}`}>Read it in the inbox</Link> : 'On its way to the inbox …'}
    </p>
  );
}
