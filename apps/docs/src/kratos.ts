import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { post } from './post.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

/** Ory Kratos, as far as recovery links need it. */
export interface Kratos {
  readonly url: string;
  /** The URL of the courier's HTTP channel. */
  hook: string;
  /** The URL of the page that shows the recovery flow. */
  ui: string;
}

/**
 * Starts a server that sends recovery links through the courier and redeems each link once, when it is opened.
 *
 * @see https://github.com/ory/kratos/blob/master/selfservice/strategy/link/strategy_recovery.go
 */
export async function startKratos(): Promise<Kratos> {
  const port = await freePort();
  const kratos: Kratos = { url: `http://127.0.0.1:${port}`, hook: '', ui: '' };
  const path = '/self-service/recovery';
  const flow = randomUUID();
  const pending = new Set<string>();
  const linkTo = (query: Record<string, string>) =>
    `${kratos.url}${path}?${new URLSearchParams({ flow, ...query })}`;

  const app = new Hono();
  app.get(`${path}/browser`, ({ redirect }) => redirect(`${kratos.ui}?flow=${flow}`, 303));
  app.get(`${path}/flows`, ({ req, json }) => {
    const fields = [
      { name: 'csrf_token', type: 'hidden', value: 'the-csrf-token' },
      { name: 'email', type: 'email' },
      { name: 'method', type: 'submit', value: 'link' },
    ];
    const messages = pending.size > 0 ? [{ text: 'An email was sent.' }] : undefined;
    const nodes = fields.map((attributes) => ({ attributes }));
    const ui = { action: linkTo({}), method: 'POST', messages, nodes };
    return req.query('id') === flow ? json({ id: flow, ui }) : json({}, 404);
  });
  app.post(path, async ({ req, body: respond, redirect }) => {
    const {
      email,
      csrf_token,
      method,
      transient_payload = '{}',
    } = await req.parseBody<Record<string, string>>();
    if (csrf_token !== 'the-csrf-token' || method !== 'link') return respond(null, 400);
    const token = randomUUID();
    pending.add(token);
    const body = {
      ...{ recipient: email, template_type: 'recovery_valid' },
      template_data: {
        ...{ to: email, recovery_url: linkTo({ token }), expires_in_minutes: 60 },
        transient_payload: JSON.parse(transient_payload),
      },
    };
    const { status } = await post(kratos.hook, body, WEBHOOK_CALLS.kratos?.authenticate(''));
    return status === 204 ? redirect(`${kratos.ui}?flow=${flow}`, 303) : respond(null, 500);
  });
  app.get(path, ({ req, redirect }) =>
    redirect(
      new URL(pending.delete(req.query('token') ?? '') ? '/settings' : '/recovery', kratos.ui).href,
      303,
    ),
  );

  const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
  onTestFinished(() => void server.close());
  return kratos;
}
