import type { HttpHeaders, HttpResponse } from './http-message.js';
import { respond } from './http-message.js';

/** The texts on link pages. `{address}` is replaced with the recipient's masked address. */
export interface LinkTexts {
  /** The language of these texts (BCP 47). */
  lang: string;
  /** The heading. */
  title: string;
  /** The text between the heading and the button. */
  text: string;
  button: string;
  doneTitle: string;
  doneText: string;
  /** Link to another site. */
  continue: string;
  failedTitle: string;
  /** For a link that was used or replaced, or that does not exist. */
  notFoundText: string;
  expiredText: string;
  /** For all other failures, such as a form that was sent from another site. */
  failedText: string;
}

export const ENGLISH: LinkTexts = {
  lang: 'en',
  title: 'Almost there',
  text: 'Press the button to continue as {address}.',
  button: 'Continue',
  doneTitle: 'Done',
  doneText: 'You can close this page.',
  continue: 'Continue',
  failedTitle: 'This link does not work',
  notFoundText: 'It was already used or replaced by a newer link. Request a new one.',
  expiredText: 'It has expired. Request a new one.',
  failedText: 'Open it from the email again, or request a new one.',
};

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? '');

const STYLE = `
:root{color-scheme:light dark;font-family:system-ui,sans-serif}
main{max-width:26rem;margin:20vh auto;padding:0 1.5rem;text-align:center}
h1{font-size:1.4rem}
p{overflow-wrap:anywhere}
button,a{display:inline-block;font:inherit;font-weight:600;padding:.8rem 2rem;border:0;border-radius:.5rem;cursor:pointer;background:#1a56db;color:#fff;text-decoration:none}
`;

/** The SHA-256 digest of STYLE. It is a constant because Web Crypto is asynchronous. A test compares the two. */
const STYLE_DIGEST = 'A8A+po+5dpPov+UpRmTCfN1Qo8XtmNIU+3XyN6dth8E=';

/** Allows no scripts, resources, or framing, and sends the form only to the same origin. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_DIGEST}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export interface LinkPage {
  lang: string;
  title: string;
  text: string;
  /** Label of a button that posts to the page's own URL, so that it works under every mount path. */
  button?: string;
  /** Redirects automatically, with a link as a fallback. */
  next?: { href: string; text: string };
}

/** Responds with a page that has at most one action. All texts are escaped. */
export function respondPage(status: number, page: LinkPage, headers: HttpHeaders = {}): HttpResponse {
  const { lang, title, text, button, next } = page;
  const href = next && escapeHtml(next.href);
  const body = [
    '<!doctype html>',
    `<html lang="${escapeHtml(lang)}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="robots" content="noindex">',
    href && `<meta http-equiv="refresh" content="0;url=${href}">`,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escapeHtml(title)}</h1>`,
    text && `<p>${escapeHtml(text)}</p>`,
    button && `<form method="post"><button>${escapeHtml(button)}</button></form>`,
    next && `<a href="${href}">${escapeHtml(next.text)}</a>`,
    '</main>',
    '</body>',
    '</html>',
  ].filter(Boolean);
  return respond(
    status,
    { type: 'text/html; charset=utf-8', body: `${body.join('\n')}\n` },
    {
      'Content-Security-Policy': PAGE_POLICY,
      Vary: 'Accept, Accept-Language',
      ...headers,
    },
  );
}
