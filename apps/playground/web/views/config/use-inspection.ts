import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InspectedConfig } from '../../../src/wire/config';
import { call } from '../../api';

/** Long enough that half a word is not complained about. */
const QUIET = 250;

/** What is wrong with a text; the last answer stays until the next one is there. */
export function useInspection(text: string | undefined) {
  const [settled] = useDebouncedValue(text, QUIET);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['inspect', settled],
    queryFn: ({ signal }) => call<InspectedConfig>('/config/inspect', { body: { text: settled }, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return { inspection: data, error, isCurrent: settled === text && !isPlaceholderData };
}
