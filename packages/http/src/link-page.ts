import { directionOf, escapeHtml } from '@postern/core';
import { type HttpHeaders, type HttpRequest, type HttpResponse, respond } from './http-message.js';
import { type LinkBrand, readableOn } from './link-brand.js';
import type { LinkTexts } from './link-texts/link-texts.js';
import { type ReplaceLinkTexts, textsFor } from './link-texts/texts-for.js';
import { PROBLEMS, type ProblemError } from './problem.js';

const ACCENT = '#1a56db';

const styleOf = (accent: string) => `
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
main{max-width:26rem;margin:12vh auto;padding:0 1.25rem;text-align:center}
h1{font-size:1.4rem;line-height:1.3;text-wrap:balance}
p{overflow-wrap:anywhere}
img{height:40px;max-width:100%}
form{margin:2rem 0}
label{display:block;font-weight:600}
input{display:block;box-sizing:border-box;width:100%;max-width:16rem;margin:.5rem auto 1rem;padding:.7rem;font:1.2rem ui-monospace,monospace;text-align:center;border:1px solid;border-radius:.5rem}
button,a{display:inline-block;font:inherit;font-weight:600;padding:.8rem 2rem;border:0;border-radius:.5rem;cursor:pointer;background:${accent};color:${readableOn(accent)};text-decoration:none}
:focus-visible{outline:3px solid;outline-offset:3px}
strong{font:700 1.6rem ui-monospace,monospace}
small{font-size:.9rem}
[role=alert]{font-weight:600}
`;

async function digestOf(style: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/** Allows no scripts and no framing, no resources except for the logo, and sends the form only to the same origin. */
const policyOf = (digest: string, logoUrl: string | undefined) =>
  [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    ...(logoUrl === undefined ? [] : [`img-src ${new URL(logoUrl).origin}`]),
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** The texts and the brand of a page. */
export interface LinkPageStyle {
  readonly texts: LinkTexts;
  readonly brand?: LinkBrand | undefined;
}

interface StyleOptions {
  readonly linkTexts?: ReplaceLinkTexts | undefined;
  readonly linkBrand?: LinkBrand | undefined;
}

/** Returns a function that returns the style of the page for a request. */
export const createLinkPageStyle =
  ({ linkTexts, linkBrand }: StyleOptions) =>
  (request: HttpRequest): LinkPageStyle => ({ texts: textsFor(request, linkTexts), brand: linkBrand });

/** The content of a page. */
export interface LinkPage {
  title: string;
  text?: string | undefined;
  /** A code to enter on the page with this address. */
  code?: { readonly value: string; readonly at: string; readonly warning: string } | undefined;
  /** A form that posts to the page's own URL, so that it works under every mount path. */
  form?: { readonly button: string; readonly field?: CodeField | undefined } | undefined;
  /** Redirects automatically, with a link as a fallback. */
  next?: { readonly href: string; readonly text: string } | undefined;
}

interface CodeField {
  readonly label: string;
  readonly problem?: string | undefined;
}

const show = (tag: string, text: string | undefined) => text && `<${tag}>${escapeHtml(text)}</${tag}>`;

const codeOf = ({ value, at, warning }: NonNullable<LinkPage['code']>) => [
  `<p><strong dir="ltr">${escapeHtml(value)}</strong></p>`,
  `<p><bdi dir="ltr">${escapeHtml(at)}</bdi></p>`,
  `<p><small>${escapeHtml(warning)}</small></p>`,
];

const fieldOf = ({ label, problem }: CodeField) => [
  `<label for="code">${escapeHtml(label)}</label>`,
  '<input id="code" name="code" required maxlength="40" dir="ltr" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"',
  problem ? ' aria-invalid="true" aria-describedby="problem">' : '>',
  problem && `<p id="problem" role="alert">${escapeHtml(problem)}</p>`,
];

/** Responds with a page that has at most one action. All texts are escaped. */
export async function respondPage(
  status: number,
  { texts, brand }: LinkPageStyle,
  { title, text, code, form, next }: LinkPage,
  headers: HttpHeaders = {},
): Promise<HttpResponse> {
  const style = styleOf(brand?.color ?? ACCENT);
  const href = next && escapeHtml(next.href);
  const name = brand && escapeHtml(brand.name);
  const body = [
    '<!doctype html>',
    `<html lang="${escapeHtml(texts.lang)}" dir="${directionOf(texts.lang)}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="robots" content="noindex">',
    href && `<meta http-equiv="refresh" content="0;url=${href}">`,
    `<title>${escapeHtml(title)}${name ? ` · ${name}` : ''}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    name && (brand.logoUrl ? `<img src="${escapeHtml(brand.logoUrl)}" alt="${name}">` : `<p>${name}</p>`),
    show('h1', title),
    show('p', text),
    ...(code ? codeOf(code) : []),
    form && '<form method="post">',
    ...(form?.field ? fieldOf(form.field) : []),
    form && `${show('button', form.button)}</form>`,
    next && `<a href="${href}">${escapeHtml(next.text)}</a>`,
    '</main>',
    '</body>',
    '</html>',
  ].filter(Boolean);
  return respond(
    status,
    { type: 'text/html; charset=utf-8', body: `${body.join('\n')}\n` },
    {
      'Content-Security-Policy': policyOf(await digestOf(style), brand?.logoUrl),
      Vary: 'Accept, Accept-Language, Cookie',
      ...headers,
    },
  );
}

/** Without isolation, right-to-left text shows an address that begins with a digit in the wrong order: `example.com@***1`. */
const isolate = (address: string, lang: string) =>
  directionOf(lang) === 'rtl' ? `\u2068${address}\u2069` : address;

/** Responds with a page that has one button. */
export function respondButton(style: LinkPageStyle, address: string | undefined): Promise<HttpResponse> {
  const { title, text, textWithoutAddress, button, lang } = style.texts;
  const shown =
    address === undefined ? textWithoutAddress : text.replaceAll('{address}', () => isolate(address, lang));
  return respondPage(200, style, { title, text: shown, form: { button } });
}

/** Responds with a page that says what to do. */
export function respondFailure(style: LinkPageStyle, { code, headers }: ProblemError): Promise<HttpResponse> {
  const { failedTitle: title, notFoundText, expiredText, failedText } = style.texts;
  const text = code === 'link_not_found' ? notFoundText : code === 'link_expired' ? expiredText : failedText;
  return respondPage(PROBLEMS[code].status, style, { title, text }, headers);
}

/**
 * Responds with a page that redirects. `form-action 'self'` applies to every redirect of a form, so a 303 to another site, or
 * to a page that redirects to one, would not work.
 */
export function respondNext(
  style: LinkPageStyle,
  href: string,
  headers: HttpHeaders = {},
): Promise<HttpResponse> {
  const { doneTitle: title, continue: text } = style.texts;
  return respondPage(200, style, { title, next: { href, text } }, headers);
}
