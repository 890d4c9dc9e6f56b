import { useEffect, useRef } from 'react';
import { createTrailingRuns, type TrailingRuns } from '../src/trailing-runs';

type Refetch = (options: { cancelRefetch: boolean }) => Promise<unknown>;

/**
 * Fetches a query again whenever something changes, also when it changes during a fetch. The data that is shown in the
 * end is therefore newer than the last change.
 *
 * @param changes what the fetched data depends on; a new value is a change
 * @param refetch of the query
 * @param restMs minimum time between two fetches, in milliseconds
 */
export function useRefetchOn(changes: unknown, refetch: Refetch, restMs = 0): void {
  const latest = useRef(refetch);
  const runs = useRef<TrailingRuns>(null);
  useEffect(() => {
    latest.current = refetch;
  }, [refetch]);
  useEffect(() => {
    // The query may have begun its first fetch just now. Later ones may be from before the change.
    let isFirst = true;
    runs.current ??= createTrailingRuns(
      () => {
        const fetched = latest.current({ cancelRefetch: !isFirst });
        isFirst = false;
        return fetched;
      },
      () => new Promise((resolve) => setTimeout(resolve, restMs)),
    );
    runs.current.request();
  }, [changes, restMs]);
  useEffect(() => () => void runs.current?.stop(), []);
}
