import type { Request, Response } from 'express';
import type { EmailSummary } from './mail-list.js';

/** Tells every open page about new mail (server-sent events, HTML Standard section 9.2). */
export interface EventStream {
  /** An express handler; the response stays open until the page leaves or the stream is closed. */
  open(request: Request, response: Response): void;
  send(summary: EmailSummary): void;
  close(): void;
}

export function createEventStream(): EventStream {
  const pages = new Set<Response>();
  let isClosed = false;
  return {
    open(_request, response) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      // A page that lost the playground comes back soon after its restart.
      response.write('retry: 1000\n\n');
      if (isClosed) return void response.end();
      pages.add(response);
      response.on('close', () => pages.delete(response));
    },
    send(summary) {
      for (const page of pages) page.write(`event: email\ndata: ${JSON.stringify(summary)}\n\n`);
    },
    close() {
      isClosed = true;
      for (const page of pages) page.end();
    },
  };
}
