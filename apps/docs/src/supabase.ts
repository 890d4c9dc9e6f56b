import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { post } from './post.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

/** Supabase Auth, as far as links need it. */
export interface Supabase {
  readonly url: string;
  /** The URL of the Send Email Hook. */
  hook: string;
}

/**
 * Starts a server that sends links through the hook and redeems each link once, when it is opened.
 *
 * @see https://github.com/supabase/auth/blob/master/internal/api/verify.go
 */
export async function startSupabase(): Promise<Supabase> {
  const port = await freePort();
  const supabase: Supabase = { url: `http://127.0.0.1:${port}`, hook: '' };
  const pending = new Set<string>();
  const { authenticate } = WEBHOOK_CALLS.supabase ?? {};

  const app = new Hono();
  app.post('/auth/v1/otp', async ({ req, json }) => {
    const { email } = await req.json<{ email: string }>();
    const token_hash = randomUUID();
    pending.add(token_hash);
    const body = {
      metadata: { uuid: token_hash },
      user: { email },
      email_data: {
        ...{ email_action_type: 'magiclink', token: '305805', token_hash, site_url: supabase.url },
        redirect_to: req.query('redirect_to'),
      },
    };
    const { status } = await post(supabase.hook, body, authenticate?.(JSON.stringify(body)));
    return json({}, status === 204 ? 200 : 500);
  });
  app.get('/auth/v1/verify', ({ req, redirect }) => {
    const result = pending.delete(req.query('token') ?? '') ? 'access_token=e30' : 'error_code=otp_expired';
    return redirect(`${req.query('redirect_to')}#${result}`, 303);
  });

  const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
  onTestFinished(() => void server.close());
  return supabase;
}
