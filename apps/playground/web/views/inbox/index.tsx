import { useMediaQuery } from '@mantine/hooks';
import { Inbox, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { call } from '../../api';
import { useLive } from '../../live';
import { ConfirmButton } from '../../parts/confirm-button';
import { Empty } from '../../parts/empty';
import { Problem } from '../../parts/problem';
import { showFailure, showToast } from '../../parts/toasts';
import { View } from '../../parts/view';
import { EmailDetail } from './email-detail';
import { EmailList } from './email-list';
import styles from './inbox.module.css';
import { useFoundEmails } from './use-found-emails';

export default function InboxView() {
  const [, parameters] = useRoute('/inbox/:id');
  const [, navigate] = useLocation();
  const isNarrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false });
  const total = useLive(({ emails }) => emails.length);
  const [words, setWords] = useState('');
  const { emails, error } = useFoundEmails(words);
  const chosen = parameters?.id;
  // There is room for one beside the list: the newest, until one is chosen.
  const shown = chosen ?? (isNarrow ? undefined : emails[0]?.id);

  // One pane at a time: the email has taken the place of the list.
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
      lead={isReading ? undefined : 'What arrived: as its reader sees it, and as it came over the wire.'}
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
              <p>Choose one from the list.</p>
            </Empty>
          )}
        </section>
      </div>
    </View>
  );
}
