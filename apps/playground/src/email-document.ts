import type { Request, Response } from 'express';
import { z } from 'zod';
import { readQuery } from './request-input.js';

const querySchema = z.object({
  /** The color scheme that the mail app emulates. @default that of the browser */
  scheme: z.enum(['light', 'dark']).optional(),
  /** Allows images, styles, and fonts from other hosts. */
  remote: z.literal('1').optional(),
});

/**
 * The email gets its own origin, without scripts, forms, or pop-ups. It loads nothing from other hosts unless
 * the reader allows it.
 */
const policy = (isRemote: boolean): string => {
  const elsewhere = isRemote ? ' https:' : '';
  return [
    'sandbox',
    "default-src 'none'",
    `style-src 'unsafe-inline'${elsewhere}`,
    `img-src data:${elsewhere}`,
    ...(isRemote ? ['font-src https:'] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
};

const SCHEME_QUERY = /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi;

/** Makes media queries for the scheme always match, and those for the other scheme never. */
const inScheme = (html: string, scheme: 'light' | 'dark'): string =>
  html.replace(SCHEME_QUERY, (_, asked: string) =>
    asked.toLowerCase() === scheme ? '(min-width: 0)' : '(max-width: 0)',
  );

/**
 * No policy blocks `<link rel="preconnect">`, which reveals that the email was opened. A `<meta>` is allowed
 * in the same places.
 */
const withoutLinks = (html: string): string => html.replace(/<link(?=[\s/>])/gi, '<meta');

/** Sends the HTML of an email for a sandboxed frame. */
export function sendEmailDocument(request: Request, response: Response, html: string): void {
  const { scheme, remote } = readQuery(querySchema, request);
  const isRemote = remote === '1';
  const shown = isRemote ? html : withoutLinks(html);
  response
    .set('Content-Security-Policy', policy(isRemote))
    .type('html')
    // Links open a new tab, which the sandbox blocks, so the frame never navigates.
    .send(`${scheme ? inScheme(shown, scheme) : shown}<base target="_blank">`);
}

// `[^<>]` keeps the search linear for many unclosed tags.
const REMOTE =
  /\b(?:src|srcset|background|poster)\s*=\s*["']?\s*(https?:\/\/[^"'\s>]+)|url\(\s*["']?(https?:\/\/[^"')\s]+)|<link\b[^<>]*\bhref\s*=\s*["']?(https?:\/\/[^"'\s>]+)/gi;

/** The hosts that the HTML would load content from. */
export function remoteHostsOf(html: string): string[] {
  const urls = [...html.matchAll(REMOTE)].map(([, ...groups]) => groups.find(Boolean) ?? '');
  return [...new Set(urls.flatMap((url) => (URL.canParse(url) ? [new URL(url).host] : [])))];
}

/** The text direction of the root element. */
export const directionOf = (html: string): 'ltr' | 'rtl' =>
  /<(?:html|body)\b[^<>]*\bdir\s*=\s*["']?rtl/i.test(html) ? 'rtl' : 'ltr';
