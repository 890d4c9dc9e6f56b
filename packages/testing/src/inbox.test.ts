import { describe, expect, it, vi } from 'vitest';
import { createMemoryTransport, testEmail } from './index.js';

const text = (content: string) => testEmail({ to: 'ada@example.com', text: content, html: undefined });

describe('recipients', () => {
  it('see only their own mail', async () => {
    const { inbox, send } = createMemoryTransport();
    const [one, two] = [testEmail(), testEmail()];
    await send(one);
    await send(two);
    expect(inbox.for(one.to).messages).toEqual([one]);
    expect(inbox.for(one.to).for(two.to).messages).toEqual([]);
    expect(inbox.for('nobody@example.com').messages).toEqual([]);
    inbox.for(one.to).clear();
    expect(inbox.messages).toEqual([two]);
    inbox.clear();
    expect(inbox.messages).toEqual([]);
  });

  it('are compared without letter case in the domain only', async () => {
    const { inbox, send } = createMemoryTransport();
    await send(testEmail({ to: 'Ada@Example.COM' }));
    expect(inbox.for('Ada@example.com').messages).toHaveLength(1);
    expect(inbox.for('ada@example.com').messages).toHaveLength(0);
    await send(testEmail({ to: 'ada@[127.0.0.1]' }));
    expect(inbox.for('ada@[127.0.0.1]').messages).toHaveLength(1);
  });

  it.each([
    ['jos\u00e9@example.com', 'jose\u0301@example.com'],
    ['jos\u00e9@example.com', 'JOSÉ@example.com'],
    ['ada@example.com', '"ada"@example.com'],
    ['ada@xn--mnchen-3ya.example', 'ada@münchen.example'],
    ['ada@example.com', 'Ada <ada@example.com>'],
  ])('at %s are found as %s', async (to, asked) => {
    const { inbox, send } = createMemoryTransport();
    await send(testEmail({ to }));
    expect(inbox.for(asked).messages).toHaveLength(1);
  });
});

describe('waiting', () => {
  it('ends when the email comes', async () => {
    const { inbox, send } = createMemoryTransport();
    const email = testEmail();
    const waits = [
      inbox.waitForEmail(),
      inbox.waitForEmail(email.to),
      inbox.for(email.to).waitForEmail(),
      inbox.waitFor((candidate) => candidate.subject === email.subject),
    ];
    await send(email);
    expect(await Promise.all(waits)).toEqual([email, email, email, email]);
  });

  it('ends at once when it is there, with the newest', async () => {
    const { inbox, send } = createMemoryTransport();
    await send(text('Your code is 111111'));
    await send(text('Your code is 222222'));
    expect(await inbox.waitForCode('ada@example.com')).toBe('222222');
    inbox.clear();
    const next = inbox.waitForCode('ada@example.com');
    await send(text('Your code is 333333'));
    expect(await next).toBe('333333');
  });

  it('is not disturbed by the mail of others', async () => {
    const { inbox, send } = createMemoryTransport();
    const wait = inbox.for('ada@example.com').waitForCode();
    await send(testEmail());
    await send(text('No code in here'));
    await send(text('4711'));
    expect(await wait).toBe('4711');
  });

  it('fails in time, and says what came instead', async () => {
    const { inbox, send } = createMemoryTransport();
    await expect(inbox.waitForEmail(undefined, { timeoutMs: 1 })).rejects.toThrow(
      'No email arrived within 1 ms. The inbox is empty.',
    );
    await send(testEmail({ to: 'bob@example.com', subject: 'Welcome' }));
    await expect(inbox.waitForEmail(undefined, Object({ timeout: 1 }))).rejects.toThrow(
      'timeout: unknown option: did you mean timeoutMs?',
    );
    await expect(inbox.waitForCode('ada@example.com', { timeoutMs: 1 })).rejects.toThrow(
      'No email with a code to ada@example.com arrived within 1 ms. In the inbox (1):\n  - to bob@example.com: "Welcome"',
    );
    await expect(inbox.for('ada@example.com').waitForLink(undefined, { timeoutMs: 1 })).rejects.toThrow(
      'No email with a link to ada@example.com arrived',
    );
    await expect(inbox.waitFor(() => false, { timeoutMs: 1 })).rejects.toThrow('satisfies the predicate');
  });

  it('points at the line that waited', async () => {
    const { inbox } = createMemoryTransport();
    const error: unknown = await inbox.waitForEmail('x', { timeoutMs: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof Error && error.stack).toContain('inbox.test.ts');
  });

  it('fails with what a predicate throws', async () => {
    const { inbox, send } = createMemoryTransport();
    const wait = inbox.waitFor(() => {
      throw new RangeError('mine');
    });
    const outcome = expect(wait).rejects.toThrow('mine');
    await send(testEmail());
    await outcome;
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      const { inbox, send } = createMemoryTransport();
      const wait = inbox.waitForEmail();
      expect(vi.getTimerCount()).toBe(1);
      await send(testEmail());
      await wait;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('listeners', () => {
  it('hear every email until they leave', async () => {
    const { inbox, send } = createMemoryTransport();
    const [all, mine] = [vi.fn(), vi.fn()];
    const email = testEmail();
    const leave = inbox.onEmail(all);
    inbox.for(email.to).onEmail(mine);
    await send(email);
    await send(testEmail());
    leave();
    await send(testEmail());
    expect(all).toHaveBeenCalledTimes(2);
    expect(mine.mock.calls).toEqual([[email]]);
  });
});

describe('codes', () => {
  it.each([
    ['Your sign-in code is 123456.', '123456'],
    ['123456 is your code', '123456'],
    ['Code:\n\n    4711\n\nBye', '4711'],
    ['Code: 7F3K9Q, valid for 10 minutes', '7F3K9Q'],
    ['See https://example.com/v/999999?c=888888 or type 123456', '123456'],
    ['Dear ada-123456@example.com, your code is 654321', '654321'],
    ['Call +4915112345678 or type (0815)', '0815'],
    ['**1234567890**', '1234567890'],
    ['Time: November 28, 2026 at 9:41 AM\n\n482913', '482913'],
    ['Your code is 2026.', '2026'],
  ])('are found in %j', async (content, code) => {
    const { inbox, send } = createMemoryTransport();
    await send(text(content));
    expect(await inbox.waitForCode('ada@example.com')).toBe(code);
  });

  it('may look different', async () => {
    const { inbox, send } = createMemoryTransport();
    await send(text('Your code is wdjb-mjht.'));
    await expect(inbox.waitForCode('ada@example.com', { timeoutMs: 1 })).rejects.toThrow('with a code');
    const sticky = /code is ([a-z]{4}-[a-z]{4})/gy;
    expect(await inbox.waitForCode('ada@example.com', { pattern: new RegExp(sticky, 'g') })).toBe(
      'wdjb-mjht',
    );
    expect(await inbox.waitForCode('ada@example.com', { pattern: /[a-z]{4}-[a-z]{4}/ })).toBe('wdjb-mjht');
  });
});

describe('links', () => {
  it.each([
    ['plain', 'Go to https://example.com/a?b=c&d=e.', undefined, 'https://example.com/a?b=c&d=e'],
    ['bracketed', 'Go <http://example.com/a> now', undefined, 'http://example.com/a'],
    [
      'escaped',
      '',
      '<a href="mailto:x@y.z">x</a> <A HREF=\'https://example.com/?t&#x3D;1&amp;u&#61;2&quot;\'>go</A>',
      'https://example.com/?t=1&u=2"',
    ],
    ['unquoted', 'http://no.example', '<a href=https://example.com/x>go</a>', 'https://example.com/x'],
  ])('are found: %s', async (_kind, content, html, link) => {
    const { inbox, send } = createMemoryTransport();
    await send(testEmail({ text: content, html }));
    expect(await inbox.waitForLink()).toBe(link);
  });

  it('can be chosen', async () => {
    const { inbox, send } = createMemoryTransport();
    await send(text('https://example.com/help and https://example.com/verify/1'));
    expect(await inbox.waitForLink('ada@example.com', { pattern: /verify/ })).toBe(
      'https://example.com/verify/1',
    );
  });
});
