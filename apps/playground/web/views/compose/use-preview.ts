import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Preview, PreviewRequest } from '../../../src/wire/compose';
import { call } from '../../api';

/** In milliseconds: a pause in typing. */
const QUIET = 120;

/** Renders the template. The previous preview stays until the next one is ready. */
export function usePreview(request: PreviewRequest | undefined) {
  const [settled] = useDebouncedValue(request, QUIET);
  return useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => call<Preview>('/compose/preview', { body: settled, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    // The server keeps only the latest previews.
    gcTime: 0,
  });
}
