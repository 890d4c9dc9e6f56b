// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import type { Problem } from './wire/problem.js';
import { type Sent, WAYS, type WayList } from './wire/send.js';
import type { ServerList } from './wire/server.js';

const SIGN_IN = { to: 'grace@example.com', type: 'SignIn', payload: { code: '112233' } };

describe('sending through', { timeout: 120_000 }, () => {
  it.each(WAYS)('%s delivers the same email', async (way) => {
    const { post, list, email, lines } = await run();
    const { status, body } = await post<Sent>(`/api/send/${way}`, { ...SIGN_IN, locale: 'de' });
    expect({ status, body }).toMatchObject(
      way === 'queue'
        ? { status: 202, body: { way, deliveryId: expect.any(String) } }
        : {
            status: 200,
            body: { way, receipt: { accepted: SIGN_IN.to, messageId: expect.stringMatching(/^<.+>$/) } },
          },
    );
    if (way === 'express' || way === 'nest' || way === 'webhook') {
      expect(body.http).toMatchObject({
        status: way === 'webhook' ? 204 : 200,
        request: expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\//),
      });
    }
    await expect
      .poll(() => list('?q=grace'), { timeout: 60_000 })
      .toMatchObject([{ type: 'SignIn', via: way, subject: 'Ihr Anmeldecode für Acme', code: '112233' }]);
    const [{ id = '' } = {}] = await list('?q=grace');
    expect((await email(id)).session).toMatchObject({ secure: true, user: 'demo' });
    expect(lines.join('\n')).not.toMatch(/112233|grace@/);
  });

  it.each([
    [{ to: 'a@example.com,b@example.com' }, { code: 'recipient_invalid' }],
    [{ payload: {} }, { code: 'payload_invalid' }],
  ])('every path reports the problem: %j', async (change, problem) => {
    const { post } = await run();
    for (const way of WAYS) {
      const { status, body } = await post<Problem>(`/api/send/${way}`, { ...SIGN_IN, ...change });
      // Logto keeps a placeholder if a variable is missing.
      if (way === 'logto' && 'payload' in change) continue;
      expect([way, status, body]).toMatchObject([
        way,
        expect.toSatisfy((each) => each >= 400 && each < 500),
        problem,
      ]);
    }
  });

  it('the webhook sends the emails of Supabase, and refuses others', async () => {
    const { post, list } = await run();
    const newEmail = 'new@example.com';
    const payloads = {
      ConfirmEmailChange: { code: '331122', newEmail },
      EmailChanged: { newEmail },
      BindNewIdentifier: { code: '331122' },
      OrganizationInvitation: { link: 'https://app.example.com/join' },
    };
    for (const [type, payload] of Object.entries(payloads)) {
      const { body } = await post<Sent>('/api/send/webhook', { ...SIGN_IN, type, payload });
      expect(body).toMatchObject({ receipt: { accepted: SIGN_IN.to } });
      await expect
        .poll(() => list('?q=grace'))
        .toContainEqual(expect.objectContaining({ type, via: 'webhook', to: SIGN_IN.to }));
    }
    const { status, body } = await post<Problem>('/api/send/webhook', { ...SIGN_IN, type: 'NewSignIn' });
    expect([status, body.detail]).toEqual([400, 'Supabase does not send NewSignIn emails.']);
  });

  it('returns the files in the folder of examples', async () => {
    const { get, post } = await run();
    const { ways } = await get<WayList>('/api/send/ways');
    expect(ways.map(({ way }) => way)).toEqual([...WAYS]);
    for (const { code } of ways) {
      for (const { file, text } of code)
        expect(text).toBe(await readFile(new URL(`../examples/${file}`, import.meta.url), 'utf8'));
    }
    const commands = ways.find(({ way }) => way === 'logto')?.code[0]?.text ?? '';
    const readme = await readFile(
      new URL('../../../packages/adapter-logto/README.md', import.meta.url),
      'utf8',
    );
    for (const command of commands.match(/^logto .+$/gm) ?? []) expect(readme).toContain(command);
    expect((await post('/api/send/pigeon', SIGN_IN)).status).toBe(404);
  });

  it('uses the running config', async () => {
    const { get, put, post } = await run();
    await post('/api/send/nest', SIGN_IN);
    const { text } = await get<{ text: string }>('/api/config');
    await put('/api/config', { text: text.replace('"${PLAYGROUND_PASSWORD}"', '"wrong-password"') });
    for (const way of ['core', 'nest', 'logto']) {
      const { status, body } = await post<Problem>(`/api/send/${way}`, SIGN_IN);
      expect([way, status]).toEqual([way, 502]);
      expect(JSON.stringify(body)).not.toContain('wrong-password');
    }
  });

  it('finishes current sends before the config changes', async () => {
    const { get, put, post } = await run();
    await put('/api/servers/primary/faults/slow', { isOn: true });
    const sending = post<Sent>('/api/send/nest', SIGN_IN);
    const struck = async () =>
      (await get<ServerList>('/api/servers')).servers[0]?.faults.find(({ name }) => name === 'slow')?.struck;
    await expect.poll(struck, { timeout: 30_000 }).toBe(1);
    await put('/api/config', await get<{ text: string }>('/api/config'));
    expect(await sending).toMatchObject({ status: 200, body: { way: 'nest' } });
  });
});
