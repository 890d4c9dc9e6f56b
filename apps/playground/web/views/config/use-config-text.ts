import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { RunningConfig } from '../../../src/wire/config';
import { createSharedState } from '../../parts/shared-state';
import { get } from '../../queries';

const edited = createSharedState<string | undefined>(undefined);

/** Replaces the text in the editor. `undefined` stands for the running config. */
export const editConfig = edited.set;

interface EditedConfig {
  readonly running: RunningConfig | undefined;
  /** The text in the editor. */
  readonly text: string | undefined;
  /** Whether it differs from the running config. */
  readonly isChanged: boolean;
  readonly error: Error | null;
}

/** The config in the editor. */
export function useConfigText(): EditedConfig {
  const { data: running, error } = useQuery({
    queryKey: ['config'],
    queryFn: get<RunningConfig>('/config'),
  });
  const own = edited.use();
  const isApplied = own !== undefined && own === running?.text;
  // From now on, the editor follows the running config.
  useEffect(() => {
    if (isApplied) editConfig(undefined);
  }, [isApplied]);
  const text = own ?? running?.text;
  return { running, text, isChanged: text !== running?.text, error };
}
