import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { RunningConfig } from '../../../src/wire/config';
import { call } from '../../api';

// What was changed and not applied outlasts the view.
let edited: string | undefined;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** What is in the editor from now on; `undefined` for the config that is running. */
export function editConfig(text: string | undefined): void {
  edited = text;
  for (const listener of listeners) listener();
}

interface EditedConfig {
  readonly running: RunningConfig | undefined;
  /** In the editor. */
  readonly text: string | undefined;
  /** Whether it differs from what is running. */
  readonly isChanged: boolean;
  readonly error: Error | null;
}

/** The config as it is being edited. */
export function useConfigText(): EditedConfig {
  const { data: running, error } = useQuery({
    queryKey: ['config'],
    queryFn: ({ signal }) => call<RunningConfig>('/config', { signal }),
  });
  const own = useSyncExternalStore(subscribe, () => edited);
  const isApplied = own !== undefined && own === running?.text;
  // From here on it is whoever changes the running config that changes what is shown.
  useEffect(() => {
    if (isApplied) editConfig(undefined);
  }, [isApplied]);
  const text = own ?? running?.text;
  return { running, text, isChanged: text !== running?.text, error };
}
