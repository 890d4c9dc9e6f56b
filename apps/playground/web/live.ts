import type { QueryClient } from '@tanstack/react-query';
import type { Topic } from '../src/wire/events';
import { createSharedState } from './parts/shared-state';

type Liveness = 'connecting' | 'live' | 'lost';

const liveness = createSharedState<Liveness>('connecting');

/** In milliseconds: the pause before the page opens a stream again that the browser has given up. */
const REOPENING = 1000;

/** Fetches again what the playground reports as changed, and everything after each connection. */
export function openEventStream(queries: QueryClient): void {
  const stream = new EventSource('/api/events');
  stream.addEventListener('open', () => {
    liveness.set('live');
    // Changes before the connection were not reported, and the playground may have restarted.
    void queries.invalidateQueries();
  });
  stream.addEventListener('error', () => {
    liveness.set('lost');
    // The browser reconnects after most errors, but not after a response that is not a stream.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => openEventStream(queries), REOPENING);
  });
  stream.addEventListener('changed', ({ data }: MessageEvent<string>) => {
    const topics: readonly Topic[] = JSON.parse(data);
    // Everything on the page depends on the config.
    if (topics.includes('config')) void queries.invalidateQueries();
    else for (const topic of topics) void queries.invalidateQueries({ queryKey: [topic] });
  });
}

/** Whether the page is connected to the playground. */
export const useLiveness = liveness.use;
