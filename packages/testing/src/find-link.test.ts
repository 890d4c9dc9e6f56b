import { describe, expect, it } from 'vitest';
import { findLink } from './index.js';

describe('a link', () => {
  it('ends before the punctuation of its sentence', () => {
    expect(findLink({ text: 'Open https://example.com/a?b=c.' })).toBe('https://example.com/a?b=c');
    expect(findLink({ text: 'https://example.com/a...b?!,' })).toBe('https://example.com/a...b');
  });

  it('is found in linear time after a long run of punctuation', () => {
    const text = `https://example.com/${'.'.repeat(200_000)}x`;
    expect(findLink({ text })).toBe(text);
  });

  it('keeps an entity that is not a character', () => {
    const html = '<a href="https://example.com/&#99999999;&#x3D;&#x110000;">Open</a>';
    expect(findLink({ text: '', html })).toBe('https://example.com/&#99999999;=&#x110000;');
  });
});
