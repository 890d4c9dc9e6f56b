import { CloseButton } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { ApiError } from '../api';
import styles from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly hint?: string | undefined;
}

const SHOWN = 3;
const DISMISSED_AFTER = 6000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id));

/** Says for a moment what went through. What failed stays until it is dismissed. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = ++lastId;
  change([...toasts.slice(1 - SHOWN), { ...toast, id }]);
  if (toast.kind === 'done') setTimeout(() => dismiss(id), DISMISSED_AFTER);
}

/** For `.catch` where the place that it happened at has no room to say so. */
export function showFailure(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  showToast({ kind: 'failed', text, hint: error instanceof ApiError ? error.problem.hint : undefined });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The place of the toasts: once, in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={styles.toasts} role="status">
      {shown.map(({ id, kind, text, hint }) => (
        <div key={id} className={styles.toast} data-kind={kind}>
          {kind === 'done' ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
          <p>
            {text}
            {hint && <span>{hint}</span>}
          </p>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
