import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Preview, PreviewRequest } from '../../../src/wire/compose';
import { call } from '../../api';

/** Soon enough to be live, and not one for every letter of a fast typist. */
const QUIET = 120;

/** What the template makes of the payload; the last answer stays until the next one is there. */
export function usePreview(request: PreviewRequest | undefined) {
  const [settled] = useDebouncedValue(request, QUIET);
  return useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => call<Preview>('/compose/preview', { body: settled, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    // The server keeps the latest few.
    gcTime: 0,
  });
}
