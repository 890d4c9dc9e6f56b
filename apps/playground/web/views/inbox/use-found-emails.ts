import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EmailList, EmailSummary } from '../../../src/wire/inbox';
import { call } from '../../api';
import { useLive } from '../../live';
import { useRefetchOn } from '../../use-refetch-on';

const TYPING_PAUSE = 150;

/** The emails that have all the words; without any, all there are. Newest first, and live. */
export function useFoundEmails(words: string): {
  emails: readonly EmailSummary[];
  error: Error | null;
} {
  const all = useLive(({ emails }) => emails);
  const [query] = useDebouncedValue(words.trim(), TYPING_PAUSE);
  const { data, error, refetch } = useQuery({
    queryKey: ['inbox', 'found', query],
    queryFn: ({ signal }) => call<EmailList>(`/inbox?${new URLSearchParams({ q: query })}`, { signal }),
    enabled: query !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  // What came or went may belong to what was searched for.
  useRefetchOn(all, async (options) => query !== '' && refetch(options));

  if (words.trim() === '') return { emails: all, error: null };
  return { emails: data?.emails ?? all, error };
}
