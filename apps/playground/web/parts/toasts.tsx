import '@mantine/core/styles/Notification.layer.css';
import { Notification } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { ApiError } from '../api';
import { createSharedState } from './shared-state';
import styles from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly hint?: string | undefined;
}

const SHOWN = 3;
const DISMISSED_AFTER = 6000;

const toasts = createSharedState<readonly Toast[]>([]);
let lastId = 0;

const dismiss = (id: number) => toasts.set(toasts.get().filter((toast) => toast.id !== id));

/** Shows a message. A success disappears after a moment, and a failure stays until it is dismissed. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = ++lastId;
  toasts.set([...toasts.get().slice(1 - SHOWN), { ...toast, id }]);
  if (toast.kind === 'done') setTimeout(() => dismiss(id), DISMISSED_AFTER);
}

/** Shows an error as a toast, for places without room for it. */
export function showFailure(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  showToast({ kind: 'failed', text, hint: error instanceof ApiError ? error.problem.hint : undefined });
}

/** Shows the toasts. The shell renders it once. */
export function Toasts() {
  return (
    <div className={styles.toasts} role="status">
      {toasts.use().map(({ id, kind, text, hint }) => (
        <Notification
          key={id}
          role="presentation"
          title={text}
          color={kind === 'done' ? 'verdigris' : 'brick'}
          icon={
            kind === 'done' ? <CircleCheck size={18} aria-hidden /> : <CircleAlert size={18} aria-hidden />
          }
          closeButtonProps={{ 'aria-label': 'Dismiss' }}
          onClose={() => dismiss(id)}
        >
          {hint}
        </Notification>
      ))}
    </div>
  );
}
