import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import type { FormEvent } from 'react';
import { Link } from 'wouter';
import type { Sent } from '../../../src/wire/send';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { useArrived, useChoices, useSession } from '../../queries';
import styles from './compose.module.css';
import { type Draft, saveTemplate, setRecipient, useDesk } from './draft';

interface SendFormProps {
  readonly isSaved: boolean;
  readonly isBroken: boolean;
  readonly draft: Draft;
  readonly payload: Record<string, unknown>;
}

/** Saves the template to the running config, and sends the email with it. */
export function SendForm({ isSaved, isBroken, draft, payload }: SendFormProps) {
  const { selection, to: typed } = useDesk();
  const { data: session } = useSession();
  const to = typed ?? session?.sampleRecipient ?? '';
  const { usageType: type, locale } = selection;
  const { data: choices } = useChoices();
  const requestContext = choices?.usageTypes.find((known) => known.type === type)?.requestContext;
  const sending = useMutation({
    mutationFn: async () => {
      if (!isSaved) await saveTemplate(selection, draft);
      return call<Sent>('/send/core', { body: { to, type, locale, payload, requestContext } });
    },
  });
  const receipt = sending.data?.receipt;
  const email = useArrived(receipt?.messageId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
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
      {receipt && (
        <p className={styles.sent} role="status">
          Sent to {receipt.accepted}.{' '}
          {email ? (
            <Link href={`/inbox/${email.id}`}>Open it in the inbox</Link>
          ) : (
            'Waiting for it to arrive …'
          )}
        </p>
      )}
    </form>
  );
}
