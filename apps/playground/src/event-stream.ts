import type { Request, Response } from 'express';
import type { PlaygroundEvent, Snapshot } from './wire/events.js';

/** Tells every open page what happens (server-sent events, HTML Standard section 9.2). */
export interface EventStream {
  /** An express handler; the response stays open until the page leaves or the stream is closed. */
  open(request: Request, response: Response): void;
  /** Later versions of the same thing replace what was not sent yet. */
  publish(event: PlaygroundEvent): void;
  close(): void;
}

/** How long changes are gathered, in milliseconds: a burst of emails changes the same numbers hundreds of times. */
const GATHERING = 50;

/** A page that doesn't read is dropped; it comes back by itself, and begins with a snapshot. */
const MOST_UNREAD = 8 * 1024 * 1024;

const format = ({ type, ...data }: PlaygroundEvent) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** What the event is about; events about the same thing replace each other. */
function subjectOf(event: PlaygroundEvent): string | undefined {
  switch (event.type) {
    case 'email':
      return `email ${event.email.id}`;
    case 'delivery':
      return `delivery ${event.delivery.id}`;
    case 'metrics':
      return `metrics ${event.second.at}`;
    case 'servers':
    case 'config':
      return event.type;
    case 'attempt':
    case 'emails-deleted':
    case 'snapshot':
      return undefined;
  }
}

export function createEventStream(snapshot: () => Snapshot): EventStream {
  const pages = new Set<Response>();
  let waiting = new Map<unknown, PlaygroundEvent>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = [...waiting.values()].map(format).join('');
    waiting = new Map();
    if (text === '') return;
    for (const page of pages) {
      page.write(text);
      if (page.writableLength > MOST_UNREAD) page.destroy();
    }
  }

  return {
    open(_request, response) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      // A page that lost the playground comes back soon after its restart.
      response.write('retry: 1000\n\n');
      if (isClosed) return void response.end();
      // What waits is in the snapshot already.
      flush();
      response.write(format({ type: 'snapshot', ...snapshot() }));
      pages.add(response);
      response.on('close', () => pages.delete(response));
    },
    publish(event) {
      if (isClosed || pages.size === 0) return;
      const key = subjectOf(event) ?? Symbol('one of its kind');
      // To the end: what came in between may be about the same thing.
      waiting.delete(key);
      waiting.set(key, event);
      timer ??= setTimeout(flush, GATHERING);
    },
    close() {
      flush();
      isClosed = true;
      for (const page of pages) page.end();
    },
  };
}
