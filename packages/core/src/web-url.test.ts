import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLoopbackHost, readWebUrl } from './index.js';

describe('a valid URL', () => {
  test.each([
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com:8443/a?b=c#d', 'https://app.example.com:8443/a?b=c#d'],
    ['HTTPS://APP.Example.COM/A', 'https://app.example.com/A'],
    ['https://bücher.example/ä b', 'https://xn--bcher-kva.example/%C3%A4%20b'],
    ['https://app.example.com/@user', 'https://app.example.com/@user'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::1]/'],
    ['http://localhost:3000/x', 'http://localhost:3000/x'],
    ['http://localhost./x', 'http://localhost./x'],
    ['http://app.localhost/', 'http://app.localhost/'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
    ['http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
  ])('%j is %j', (text, href) => {
    expect(readWebUrl(text)?.href).toBe(href);
  });
});

describe('any other text', () => {
  test.each([
    ['another scheme around it', 'blob:https://app.example.com/x'],
    ['another scheme around it', 'filesystem:https://app.example.com/temporary/x'],
    ['another scheme around it', 'view-source:https://app.example.com/'],
    ['another scheme', 'javascript:alert(1)'],
    ['another scheme', 'javascript://app.example.com/%0aalert(1)'],
    ['another scheme', 'data:text/html,x'],
    ['another scheme', 'file:///etc/passwd'],
    ['another scheme', 'ftp://app.example.com/'],
    ['another scheme', 'ws://app.example.com/'],
    ['another scheme', 'myapp://open'],
    ['no scheme', '//app.example.com/'],
    ['no scheme', 'app.example.com'],
    ['no scheme', '/inbox'],
    ['no scheme', ''],
    ['plain http', 'http://app.example.com/'],
    ['plain http', 'http://localhost.example.com/'],
    ['plain http', 'http://127.0.0.1.example.com/'],
    ['plain http', 'http://0.0.0.0/'],
    ['plain http', 'http://[::]/'],
    ['plain http', 'http://[::ffff:192.0.2.1]/'],
    ['a user', 'https://user@app.example.com/'],
    ['a user and a password', 'https://user:pass@app.example.com/'],
    ['a user', 'https://app.example.com@evil.example/'],
    ['an empty user', 'https://@app.example.com/'],
    ['an empty user and password', 'https://:@app.example.com/'],
    ['backslashes', 'https:\\\\app.example.com\\'],
    ['backslashes', 'https://evil.example\\@app.example.com/'],
    ['backslashes', 'https://app.example.com\\.evil.example/'],
    ['one slash', 'https:/app.example.com/'],
    ['three slashes', 'https:///app.example.com/'],
    ['no slashes', 'https:app.example.com'],
    ['a line break', 'https://app.example.com/\nx'],
    ['a tab', 'ht\ttps://app.example.com/'],
    ['a tab', 'https://app.example.com/\t'],
    ['a NUL', 'https://app.example.com/\0'],
    ['a NUL', '\0https://app.example.com/'],
    ['a space around it', ' https://app.example.com/'],
    ['a space around it', 'https://app.example.com/ '],
    ['a bidi control', 'https://app.example.com/\u202egpj'],
    ['a zero-width space', 'https://app.exam\u200bple.com/'],
    ['a lone surrogate', 'https://app.example.com/\ud800'],
    ['no host', 'https://'],
    ['no host', 'https://:443/'],
    ['a wildcard', 'https://*.example.com/'],
    ['a placeholder in the host', 'https://{token}.example.com/'],
    ['a port that is not valid', 'https://app.example.com:99999/'],
    ['too much text', `https://app.example.com/${'a'.repeat(5000)}`],
  ])('%s is refused: %j', (_, text) => {
    expect(readWebUrl(text)).toBeUndefined();
  });

  test('is accepted only if every parser interprets it in the same way', () => {
    const piece = fc.oneof(
      fc.constantFrom('https:', 'http:', 'blob:', '//', '/', '\\', '@', ':', '?', '#', '.', '\t', '\n', ' ', '\0', '%00', '%2F', 'localhost', 'app.example.com', 'evil.example', '[::1]', '127.1', '0x7f.1', '443', '{', '*', '\u3002', '\uff0f', 'ⓔ'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ); // biome-ignore format: a list
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 6 }).map((pieces) => `https://${pieces.join('')}`),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const url = readWebUrl(text);
        if (!url) return;
        expect(url.protocol === 'https:' || isLoopbackHost(url.hostname)).toBe(true);
        expect(url.href).toMatch(/^https?:\/\/(?:[a-z\d_.-]+|\[[\da-f:]+\])(?::\d+)?\/[\x21-\x7e]*$/);
        expect(readWebUrl(url.href)?.href).toBe(url.href);
      }),
      { numRuns: 5000 },
    );
  });
});
