import type { LogEvent, Logger } from '@postern/core';

/** A logger for tests that records all events. */
export function createEventRecorder(): { readonly events: LogEvent[]; readonly logger: Logger } {
  const events: LogEvent[] = [];
  const keep = (event: LogEvent) => void events.push(event);
  return { events, logger: { debug: keep, info: keep, warn: keep, error: keep } };
}
