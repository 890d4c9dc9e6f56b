import { Router } from 'express';
import { sendEmailDocument } from '../email-document.js';
import type { Inbox } from '../inbox.js';
import { filesOf } from '../kept-email.js';
import { refusal } from '../problem.js';
import { readQuery } from '../request-input.js';
import { type InboxEmail, inboxQuerySchema } from '../wire/inbox.js';

/** A file name that is safe in a header. */
const plainName = (name: string) => name.replace(/[^\w.-]+/g, '_').slice(0, 100);

export function inboxRoutes({ inbox }: { inbox: Inbox }): Router {
  const router = Router();
  const find = (id: string) => {
    const email = inbox.find(id);
    if (!email) throw refusal('not_found', { detail: 'The email does not exist.' });
    return email;
  };

  router.get('/inbox', (request, response) => {
    response.json(inbox.list(readQuery(inboxQuerySchema, request)));
  });

  router.get('/inbox/:id', async (request, response) => {
    const { summary, describe } = find(request.params.id);
    const here = `/api/inbox/${summary.id}`;
    const { files, ...description } = await describe();
    const email: InboxEmail = {
      ...summary,
      ...description,
      ...(description.html !== undefined && { htmlUrl: `${here}/html` }),
      files: files.map((file, index) => ({ ...file, url: `${here}/attachments/${index}` })),
    };
    response.json(email);
  });

  router.get('/inbox/:id/html', (request, response) => {
    const { html } = find(request.params.id);
    if (html === undefined) throw refusal('not_found', { detail: 'The email has no HTML.' });
    sendEmailDocument(request, response, html);
  });

  router.get('/inbox/:id/source', (request, response) => {
    const { raw, summary } = find(request.params.id);
    if (!raw)
      throw refusal('not_found', {
        detail: 'A real server accepted the email, so the message is not available.',
      });
    response
      .attachment(`${plainName(summary.subject) || 'email'}.eml`)
      .type('message/rfc822')
      .send(raw);
  });

  router.get('/inbox/:id/attachments/:index', async (request, response) => {
    const { raw } = find(request.params.id);
    const file = raw && (await filesOf(raw))[Number(request.params.index)];
    if (!file) throw refusal('not_found', { detail: 'The attachment does not exist.' });
    const { filename, content } = file;
    response
      .attachment(plainName(filename ?? 'attachment'))
      // Never let the browser display an attachment.
      .type('application/octet-stream')
      .send(typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)));
  });

  router.delete('/inbox/:id', (request, response) => {
    if (!inbox.remove(request.params.id)) find(request.params.id);
    response.status(204).end();
  });

  router.delete('/inbox', (_request, response) => {
    inbox.clear();
    response.status(204).end();
  });
  return router;
}
