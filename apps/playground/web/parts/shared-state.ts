import { useSyncExternalStore } from 'react';

/** State that components share, and that survives a change of the view. */
export interface SharedState<T> {
  get(): T;
  set(next: T): void;
  use(): T;
}

export function createSharedState<T>(initial: T): SharedState<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const get = () => current;
  return {
    get,
    set(next) {
      current = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
