import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Inbox, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import type { EmailSummary, EmailList as FoundEmails } from '../../../src/wire/inbox';
import { call } from '../../api';
import { ConfirmButton } from '../../parts/confirm-button';
import { Empty } from '../../parts/empty';
import { Problem } from '../../parts/problem';
import { showFailure, showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import { get, useEmails } from '../../queries';
import { EmailDetail } from './email-detail';
import { EmailList } from './email-list';
import styles from './inbox.module.css';

export default function InboxView() {
  const [, parameters] = useRoute('/inbox/:id');
  const [, navigate] = useLocation();
  const isNarrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false });
  const [words, setWords] = useState('');
  const { emails, total, error } = useFoundEmails(words);
  const chosen = parameters?.id;
  // A wide window shows the newest email next to the list until you select another one.
  const shown = chosen ?? (isNarrow ? undefined : emails[0]?.id);

  // A narrow window shows one pane at a time.
  const isReading = isNarrow && chosen !== undefined;

  const remove = async (id: string) => {
    const index = emails.findIndex((email) => email.id === id);
    const next = emails[index + 1] ?? emails[index - 1];
    try {
      await call(`/inbox/${id}`, { method: 'DELETE' });
      navigate(next && !isNarrow ? `/inbox/${next.id}` : '/inbox', { replace: true });
      showToast({ kind: 'done', text: 'Email deleted.' });
    } catch (failure) {
      showFailure(failure);
    }
  };
  const removeAll = async () => {
    await call('/inbox', { method: 'DELETE' });
    navigate('/inbox', { replace: true });
  };

  return (
    <View
      title="Inbox"
      lead={isReading ? undefined : 'See each email as its recipient does, and as it was sent.'}
      isFilling
      actions={
        total > 0 &&
        !isReading && (
          <ConfirmButton
            label="Delete all"
            question="Delete every email in this inbox?"
            confirmLabel="Delete all"
            leftSection={<Trash2 size={15} aria-hidden />}
            onConfirm={() => removeAll().catch(showFailure)}
          />
        )
      }
    >
      {error && <Problem error={error} />}
      <div className={styles.panes} data-reading={chosen !== undefined || undefined}>
        <EmailList
          emails={emails}
          shown={shown}
          words={words}
          isEmpty={total === 0}
          onSearch={setWords}
          onDelete={(id) => void remove(id)}
        />
        <section className={styles.detail} aria-label="Email">
          {shown !== undefined ? (
            <EmailDetail key={shown} id={shown} takesFocus={isNarrow} onDelete={() => void remove(shown)} />
          ) : (
            <Empty title="No email to show" icon={<Inbox />}>
              <p>Select one from the list.</p>
            </Empty>
          )}
        </section>
      </div>
    </View>
  );
}

/** In milliseconds: a pause in typing. */
const TYPING_PAUSE = 150;

/** The emails that contain all the words, or the newest ones without words. */
function useFoundEmails(words: string): {
  emails: readonly EmailSummary[];
  total: number;
  error: Error | null;
} {
  const all = useEmails();
  const [query] = useDebouncedValue(words.trim(), TYPING_PAUSE);
  const found = useQuery({
    queryKey: ['inbox', 'found', query],
    queryFn: get<FoundEmails>(`/inbox?${new URLSearchParams({ q: query })}`),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
  const total = all.data?.total ?? 0;
  const { data, error } = words.trim() === '' ? all : found;
  return { emails: (data ?? all.data)?.emails ?? [], total, error };
}
