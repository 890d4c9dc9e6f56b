import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { memo, useId } from 'react';
import type { ChangedDelivery, Delivery } from '../../../src/wire/delivery';
import { call } from '../../api';
import { showFailure, showToast } from '../../parts/toasts';
import { isActive } from '../../queries';
import { canCancel, canRetry, describeDelivery, STATES } from './delivery-state';
import styles from './delivery-table.module.css';
import { DeliveryTimeline } from './delivery-timeline';
import { formatDuration } from './duration';
import { useNow } from './use-now';

interface DeliveryRowProps {
  readonly delivery: Delivery;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One delivery, with its history below. */
export const DeliveryRow = memo(
  function DeliveryRow({ delivery, isOpen, onToggle }: DeliveryRowProps) {
    const { state, to, type, attempts, transport, nextAttemptAt, createdAt, updatedAt } = delivery;
    const history = useId();
    const { label, tone, icon: Icon } = STATES[state];
    return (
      <>
        <tr className={styles.row} data-open={isOpen || undefined}>
          <td>
            <button
              type="button"
              className={styles.disclosure}
              aria-expanded={isOpen}
              aria-controls={isOpen ? history : undefined}
              onClick={onToggle}
            >
              <ChevronRight size={15} aria-hidden />
              <span className={styles.badge} data-tone={tone} data-state={state}>
                <Icon size={15} aria-hidden />
                {label}
              </span>
              <span className={styles.hidden}>: {to}</span>
            </button>
          </td>
          <td className={styles.email}>
            <span className={styles.to}>{to}</span> <span className={styles.type}>{type}</span>
          </td>
          <td className={styles.tries}>
            {attempts} <span className={styles.unit}>{attempts === 1 ? 'attempt' : 'attempts'}</span>
          </td>
          <td className={styles.what}>
            {transport && <strong className={styles.server}>{transport}</strong>}
            {state === 'retrying' && nextAttemptAt && <NextAttempt at={nextAttemptAt} />}
            <span className={styles.words}>{describeDelivery(delivery)}</span>
          </td>
          <td className={styles.took}>
            {isActive(state) ? '–' : formatDuration(Date.parse(updatedAt) - Date.parse(createdAt))}
          </td>
          <td className={styles.actions}>
            <Change delivery={delivery} />
          </td>
        </tr>
        {isOpen && (
          <tr className={styles.story}>
            <td colSpan={6} id={history}>
              <DeliveryTimeline delivery={delivery} />
            </td>
          </tr>
        )}
      </>
    );
  },
  (former, next) => former.delivery === next.delivery && former.isOpen === next.isOpen,
);

function NextAttempt({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  return (
    <span className={styles.next}>
      {left > 500 ? `Next attempt in ${formatDuration(left)}` : 'Next attempt now'}
    </span>
  );
}

const CHANGES = {
  retry: { label: 'Retry now', late: 'This delivery cannot be retried.' },
  cancel: { label: 'Cancel', late: 'It is too late to cancel: a worker has it, or it is finished.' },
} as const;

function Change({ delivery }: { delivery: Delivery }) {
  const { mutate, isPending } = useMutation({
    mutationFn: (change: keyof typeof CHANGES) =>
      call<ChangedDelivery>(`/deliveries/${delivery.id}/${change}`, { method: 'POST' }),
    onSuccess: ({ isChanged }, change) => {
      if (!isChanged) showToast({ kind: 'failed', text: CHANGES[change].late });
    },
    onError: showFailure,
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
