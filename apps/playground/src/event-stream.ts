import type { Request, Response } from 'express';
import type { Topic } from './wire/events.js';

/** Tells every open page what changed (server-sent events, HTML Standard section 9.2). */
export interface EventStream {
  /** An Express handler. The response stays open until the page or the playground closes it. */
  open(request: Request, response: Response): void;
  publish(topic: Topic): void;
  close(): void;
}

/** In milliseconds. A burst of emails changes the same topics hundreds of times. */
const GATHERING = 150;

export function createEventStream(): EventStream {
  const pages = new Set<Response>();
  const changed = new Set<Topic>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function flush(): void {
    timer = undefined;
    const text = `event: changed\ndata: ${JSON.stringify([...changed])}\n\n`;
    changed.clear();
    for (const page of pages) page.write(text);
  }

  return {
    open(_request, response) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      // After a restart, pages reconnect after one second.
      response.write('retry: 1000\n\n');
      if (isClosed) return void response.end();
      pages.add(response);
      response.on('close', () => pages.delete(response));
    },
    publish(topic) {
      if (isClosed || pages.size === 0) return;
      changed.add(topic);
      timer ??= setTimeout(flush, GATHERING);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
}
