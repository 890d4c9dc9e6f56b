import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Delivery, DeliveryList, DeliveryState } from '../../../src/wire/delivery';
import { call } from '../../api';
import { useLive } from '../../live';
import { useRefetchOn } from '../../use-refetch-on';

/** In milliseconds, between two counts while deliveries change. */
const RECOUNTING = 300;

interface Deliveries {
  /** Newest first; `undefined` until the queue is open, which takes a moment the first time. */
  readonly deliveries: readonly Delivery[] | undefined;
  readonly states: DeliveryList['states'] | undefined;
  readonly database: string | undefined;
  /** Whether there are more than `limit`. */
  readonly hasMore: boolean;
  readonly error: unknown;
}

/** The deliveries in one state, or all, as they are now: the list of the server, and what was heard since. */
export function useDeliveries(state: DeliveryState | undefined, limit: number): Deliveries {
  const live = useLive(({ deliveries }) => deliveries);
  const { data, error, refetch } = useQuery({
    queryKey: ['deliveries', state, limit],
    queryFn: ({ signal }) =>
      call<DeliveryList>(`/deliveries?limit=${limit}${state ? `&state=${state}` : ''}`, { signal }),
    placeholderData: keepPreviousData,
  });
  // The numbers of all are counted by the server.
  useRefetchOn(live, refetch, RECOUNTING);

  const deliveries = useMemo(
    () => data && latestOf(data.deliveries, live).filter((delivery) => !state || delivery.state === state),
    [data, live, state],
  );
  return {
    deliveries: deliveries?.slice(0, limit),
    states: data?.states,
    database: data?.database,
    hasMore: deliveries !== undefined && (data?.cursor !== undefined || deliveries.length > limit),
    error,
  };
}

function latestOf(listed: readonly Delivery[], live: readonly Delivery[]): readonly Delivery[] {
  const latest = new Map(listed.map((delivery) => [delivery.id, delivery]));
  for (const delivery of live) {
    const known = latest.get(delivery.id);
    if (!known || known.updatedAt <= delivery.updatedAt) latest.set(delivery.id, delivery);
  }
  return [...latest.values()].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}
