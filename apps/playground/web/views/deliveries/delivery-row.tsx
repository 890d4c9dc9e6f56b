import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { memo, useId } from 'react';
import type { ChangedDelivery, Delivery } from '../../../src/wire/delivery';
import { call } from '../../api';
import { showToast } from '../../parts/toasts';
import { canCancel, canRetry, describeDelivery, isOver } from './delivery-state';
import styles from './delivery-table.module.css';
import { DeliveryTimeline } from './delivery-timeline';
import { formatDuration } from './duration';
import { StateBadge } from './state-badge';
import { useNow } from './use-now';

interface DeliveryRowProps {
  readonly delivery: Delivery;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One delivery; its story opens below it. */
export const DeliveryRow = memo(
  function DeliveryRow({ delivery, isOpen, onToggle }: DeliveryRowProps) {
    const { state, to, type, attempts, transport, nextAttemptAt, createdAt, updatedAt } = delivery;
    const story = useId();
    return (
      <>
        <tr className={styles.row} data-open={isOpen || undefined}>
          <td className={styles.state}>
            <button
              type="button"
              className={styles.disclosure}
              aria-expanded={isOpen}
              aria-controls={isOpen ? story : undefined}
              onClick={onToggle}
            >
              <ChevronRight size={15} aria-hidden />
              <StateBadge state={state} />
              <span className={styles.hidden}>: {to}</span>
            </button>
          </td>
          <td className={styles.email}>
            <span className={styles.to}>{to}</span> <span className={styles.type}>{type}</span>
          </td>
          <td className={styles.tries}>
            {attempts} <span className={styles.unit}>{attempts === 1 ? 'try' : 'tries'}</span>
          </td>
          <td className={styles.what}>
            {transport && <strong className={styles.server}>{transport}</strong>}
            {state === 'retrying' && nextAttemptAt && <NextTry at={nextAttemptAt} />}
            <span className={styles.words}>{describeDelivery(delivery)}</span>
          </td>
          <td className={styles.took}>
            {isOver(state) ? formatDuration(Date.parse(updatedAt) - Date.parse(createdAt)) : '–'}
          </td>
          <td className={styles.actions}>
            <Change delivery={delivery} />
          </td>
        </tr>
        {isOpen && (
          <tr className={styles.story}>
            <td colSpan={6} id={story}>
              <DeliveryTimeline delivery={delivery} />
            </td>
          </tr>
        )}
      </>
    );
  },
  (former, next) => former.delivery === next.delivery && former.isOpen === next.isOpen,
);

function NextTry({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  return (
    <span className={styles.next}>{left > 500 ? `Next try in ${formatDuration(left)}` : 'Next try now'}</span>
  );
}

const CHANGES = {
  retry: { label: 'Retry now', late: 'It could not be retried.' },
  cancel: { label: 'Cancel', late: 'It was too late: a worker has it, or it is over.' },
} as const;

function Change({ delivery }: { delivery: Delivery }) {
  const { mutate, isPending } = useMutation({
    mutationFn: (change: keyof typeof CHANGES) =>
      call<ChangedDelivery>(`/deliveries/${delivery.id}/${change}`, { method: 'POST' }),
    onSuccess: ({ isChanged }, change) => {
      if (!isChanged) showToast({ kind: 'failed', text: CHANGES[change].late });
    },
    onError: (error) => showToast({ kind: 'failed', text: error.message }),
  });
  const button = (change: keyof typeof CHANGES) => (
    <Button
      size="compact-xs"
      variant="default"
      disabled={isPending}
      aria-label={`${CHANGES[change].label}: ${delivery.to}`}
      onClick={() => mutate(change)}
    >
      {CHANGES[change].label}
    </Button>
  );
  return (
    <>
      {canRetry(delivery) && button('retry')}
      {canCancel(delivery) && button('cancel')}
    </>
  );
}
