import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InspectedConfig } from '../../../src/wire/config';
import { call } from '../../api';

/** In milliseconds: a pause in typing. */
const QUIET = 250;

/** Checks a text. The previous result stays until the next one is ready. */
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
