import type { Request, Response } from 'express';
import { z } from 'zod';
import { readQuery } from './request-input.js';

const querySchema = z.object({
  /** As a mail app in that mode would show it. @default the browser's own mode */
  scheme: z.enum(['light', 'dark']).optional(),
  /** The reader allows images, styles and fonts from elsewhere. */
  remote: z.literal('1').optional(),
});

/**
 * An origin of its own without scripts, forms or pop-ups, also when it is opened in a tab. Nothing is loaded but what
 * the email itself holds, or what the reader allows.
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

/** Media queries for the scheme always apply, those for the other one never; both stay media queries. */
const inScheme = (html: string, scheme: 'light' | 'dark'): string =>
  html.replace(SCHEME_QUERY, (_, asked: string) =>
    asked.toLowerCase() === scheme ? '(min-width: 0)' : '(max-width: 0)',
  );

/**
 * No policy stops `<link rel="preconnect">`, and a connection tells enough. A `<meta>` is as empty, and may stand where
 * it stood.
 */
const withoutLinks = (html: string): string => html.replace(/<link(?=[\s/>])/gi, '<meta');

/** Sends the html of an email, for a sandboxed frame. */
export function sendEmailDocument(request: Request, response: Response, html: string): void {
  const { scheme, remote } = readQuery(querySchema, request);
  const isRemote = remote === '1';
  const shown = isRemote ? html : withoutLinks(html);
  response
    .set('Content-Security-Policy', policy(isRemote))
    .type('html')
    // Links ask for a new tab, which a sandbox doesn't open: the frame stays what it is.
    .send(`${scheme ? inScheme(shown, scheme) : shown}<base target="_blank">`);
}

// Within a tag, nothing looks past the next `<`: of a thousand open tags, each would look through all the others.
const REMOTE =
  /\b(?:src|srcset|background|poster)\s*=\s*["']?\s*(https?:\/\/[^"'\s>]+)|url\(\s*["']?(https?:\/\/[^"')\s]+)|<link\b[^<>]*\bhref\s*=\s*["']?(https?:\/\/[^"'\s>]+)/gi;

/** The hosts that an html would load something from. */
export function remoteHostsOf(html: string): string[] {
  const urls = [...html.matchAll(REMOTE)].map(([, ...groups]) => groups.find(Boolean) ?? '');
  return [...new Set(urls.flatMap((url) => (URL.canParse(url) ? [new URL(url).host] : [])))];
}

/** The direction of an html's root. */
export const directionOf = (html: string): 'ltr' | 'rtl' =>
  /<(?:html|body)\b[^<>]*\bdir\s*=\s*["']?rtl/i.test(html) ? 'rtl' : 'ltr';
