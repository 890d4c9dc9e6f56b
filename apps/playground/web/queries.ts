import { keepPreviousData, type QueryFunctionContext, useQuery } from '@tanstack/react-query';
import type { ComposeChoices } from '../src/wire/compose';
import type { Delivery, DeliveryList, DeliveryState } from '../src/wire/delivery';
import type { EmailList, EmailSummary, InboxEmail } from '../src/wire/inbox';
import type { ServerList } from '../src/wire/server';
import type { Session } from '../src/wire/session';
import { call } from './api';

/** Fetches `path`. The first part of a query key is the topic of the events that make it stale. */
export const get =
  <Answer>(path: string) =>
  ({ signal }: QueryFunctionContext) =>
    call<Answer>(path, { signal });

export const useSession = () => useQuery({ queryKey: ['session'], queryFn: get<Session>('/session') });

/** Usage types, languages, and sample payloads. */
export const useChoices = () => useQuery({ queryKey: ['compose'], queryFn: get<ComposeChoices>('/compose') });

/** The newest emails. */
export const useEmails = () => useQuery({ queryKey: ['inbox', 'list'], queryFn: get<EmailList>('/inbox') });

export const useEmail = (id: string, { enabled = true } = {}) =>
  useQuery({ queryKey: ['inbox', 'email', id], queryFn: get<InboxEmail>(`/inbox/${id}`), enabled });

/** The email with a Message-ID, once it has arrived. */
export function useArrived(messageId: string | undefined): EmailSummary | undefined {
  const { data } = useEmails();
  return messageId === undefined ? undefined : data?.emails.find((email) => email.messageId === messageId);
}

export const useServers = () => useQuery({ queryKey: ['servers'], queryFn: get<ServerList>('/servers') });

/** Whether the state can still change. */
export const isActive = (state: DeliveryState): boolean => ['queued', 'sending', 'retrying'].includes(state);

/** In milliseconds. The queue reports the end of a delivery, but not each step, so the page polls while one is active. */
const POLLING = 500;

/** The newest deliveries, in one state or in all. The first request opens the queue. */
export const useDeliveries = (state: DeliveryState | undefined, limit: number) =>
  useQuery({
    queryKey: ['deliveries', 'list', state, limit],
    queryFn: get<DeliveryList>(`/deliveries?limit=${limit}${state ? `&state=${state}` : ''}`),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data && data.states.queued + data.states.sending + data.states.retrying > 0 ? POLLING : false,
  });

export const useDelivery = (id: string | undefined) =>
  useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: get<Delivery>(`/deliveries/${id}`),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data } }) => (data && isActive(data.state) ? POLLING : false),
  });
