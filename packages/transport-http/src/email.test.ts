import { testEmail } from '@postern/testing';
import { decodeWords } from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { startWorld } from '../fixtures/api-world.js';
import { PROVIDER_CASES } from '../fixtures/provider-cases.js';

const FIELDS = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  'OTP-Token': '482913',
  'X-Entity-Ref-ID': '1f0c3d4e',
  'X-Custom': 'custom value',
};

describe.each(PROVIDER_CASES)('$name', (provider) => {
  test('sends a complete email', async () => {
    const { trap, transport } = await startWorld(provider);
    const email = testEmail({
      from: { name: 'Example', address: 'noreply@example.com' },
      replyTo: [{ name: 'Help', address: 'help@example.com' }, { address: 'team@example.com' }],
      headers: FIELDS,
    });
    const receipt = await transport.send(email);
    const [delivered] = trap.inbox.messages;
    expect(delivered).toMatchObject({
      provider: provider.name,
      envelope: { from: 'noreply@example.com', to: [email.to] },
      from: email.from,
      replyTo: provider.replyTo === 'list' ? email.replyTo : email.replyTo?.slice(0, 1),
      subject: email.subject,
      text: email.text,
      html: email.html,
    });
    const kept = Object.entries(FIELDS)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !provider.droppedHeaders?.includes(name));
    expect(delivered?.headers).toEqual(Object.fromEntries(kept));
    expect(receipt).toMatchObject({ transport: provider.name, attempts: 1 });
    expect(receipt.response).toContain(delivered?.id);
  });

  test.each([
    'Ada Lovelace',
    'Ada "the first" \\ Lovelace',
    'Lovelace, Ada; <ada@example.org>',
    'Zoë & Søren',
    'مرحبا بالعالم',
    '山田太郎 🎉',
    "O'Brien (Ops): team@home.",
  ])('keeps the name and subject %s', async (name) => {
    const { trap, transport } = await startWorld(provider);
    const email = testEmail({
      from: { name: name.slice(0, provider.longestName), address: 'noreply@example.com' },
      replyTo: [{ name: name.slice(0, provider.longestName), address: 'help@example.com' }],
      subject: `Sign in: ${name}`,
    });
    await transport.send(email);
    expect(trap.inbox.messages).toMatchObject([
      {
        from: email.from,
        replyTo: email.replyTo,
        subject: email.subject,
        envelope: { to: [email.to] },
      },
    ]);
  });

  test('encodes header fields outside ASCII', async () => {
    const { trap, transport } = await startWorld(provider);
    await transport.send(testEmail({ headers: { 'X-Name': 'Zoë 🎉' } }));
    const isDropped = provider.droppedHeaders?.includes('x-custom') ?? false;
    const received = trap.inbox.messages[0]?.headers['x-name'];
    expect(received && decodeWords(received)).toBe(isDropped ? undefined : 'Zoë 🎉');
    expect(trap.requests[0]?.body).not.toContain('Zoë');
  });

  test('sends an email without HTML, header fields, and names', async () => {
    const { trap, transport } = await startWorld(provider);
    const from = { address: 'noreply@example.com' };
    const { html, ...email } = testEmail({ from, headers: {} });
    await transport.send(email);
    expect(trap.inbox.messages).toMatchObject([{ from, text: email.text, replyTo: [], headers: {} }]);
    expect(trap.inbox.messages[0]?.html).toBeUndefined();
  });

  test('replaces half of a surrogate pair', async () => {
    const { trap, transport } = await startWorld(provider);
    await transport.send(testEmail({ text: 'Hi \ud83d!', html: '<p>Hi \ud83d!</p>', subject: 'Hi \ud83d!' }));
    const [delivered] = trap.inbox.messages;
    expect([delivered?.text.trim(), delivered?.html?.trim(), delivered?.subject]).toEqual([
      'Hi \ufffd!',
      '<p>Hi \ufffd!</p>',
      'Hi \ufffd!',
    ]);
  });

  test('does not let a value add a header field or a recipient', async () => {
    const { trap, transport } = await startWorld(provider);
    const attack = 'x\r\nBcc: eve@example.org\r\n\r\n<h1>';
    const email = testEmail({
      from: { name: attack, address: 'noreply@example.com' },
      replyTo: [{ name: attack, address: 'help@example.com' }],
      subject: attack,
      headers: {
        'X-Ref': attack,
        Bcc: 'eve@example.org',
        'X-Bad\r\nBcc': 'eve@example.org',
        'X-Bad: name': 'a',
        to: 'eve@example.org',
        'Reply-To': 'eve@example.org',
        From: 'eve@example.org',
      },
    });
    await transport.send(email);
    const [delivered] = trap.inbox.messages;
    expect(delivered?.envelope).toEqual({ from: 'noreply@example.com', to: [email.to] });
    expect(delivered?.from?.address).toBe('noreply@example.com');
    expect(delivered?.replyTo.map(({ address }) => address)).toEqual(['help@example.com']);
    expect(Object.keys(delivered?.headers ?? {})).toEqual(
      provider.droppedHeaders?.includes('x-ref') ? [] : ['x-ref'],
    );
    const lines = [delivered?.subject, delivered?.from?.name, delivered?.headers['x-ref'] ?? ''];
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  });
});
