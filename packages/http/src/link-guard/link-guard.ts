import { MailError } from '@postern/core';
import { toHttpRequest, toResponse } from '../fetch-message.js';
import { finish, type HttpRequest, type HttpResponse, respond, withoutQuery } from '../http-message.js';
import {
  createLinkPageStyle,
  type LinkPageStyle,
  respondButton,
  respondFailure,
  respondNext,
  respondPage,
} from '../link-page.js';
import { logFailure, ProblemError, problemResponse, toProblemError } from '../problem.js';
import { readFormField } from '../request-body.js';
import { requireSameSite } from '../same-site.js';
import { isSameText } from '../same-text.js';
import { createBrowserCookie, createCookieJar } from './browser-cookie.js';
import {
  type BoundBrowser,
  type LinkBinding,
  type LinkGuardOptions,
  type LinkProtection,
  type ProtectedLink,
  parseLinkGuardOptions,
} from './link-guard-options.js';
import { createProtect } from './protect-link.js';
import { sealBrowser } from './sealed-browser.js';
import { type LinkTarget, openBox, openLink } from './sealed-link.js';
import { createSealer } from './sealer.js';
import { readShortCode } from './short-code.js';

/** Replaces links with links that mail scanners cannot redeem. */
export interface LinkGuard {
  /** The URL of the guard's page. */
  readonly url: string;
  /** The binding of links for which `protect` receives no `binding`. */
  readonly binding: LinkBinding;
  /**
   * Returns an encrypted link for the email. It opens the guard's page, which leads to the original link. The encrypted link
   * reveals neither the original link nor the address. Creating one requires the keys.
   *
   * @param link an absolute `https` URL (`http` on the local machine) with at most 2,000 characters and one of the guard's `origins`
   * @throws {MailError} `payload_invalid` if the link or the protection is not valid. The message contains no values.
   */
  protect(link: string, protection: LinkProtection): Promise<ProtectedLink>;
  /**
   * Identifies a browser before another system requests a link for it, such as an auth system that calls a webhook. Set the
   * cookie in your response to the browser, and pass `browser` through the other system to `protect`. `browser` does not
   * expire. It works as long as the key that encrypted it is in `keys`.
   *
   * @param cookie the `Cookie` header of the browser's request. With it, earlier links of the same browser stay usable.
   * @throws {MailError} `payload_invalid` if the cookie is not text
   */
  bindBrowser(cookie?: string | null): Promise<BoundBrowser>;
  /** Handles the requests for the guard's page in any framework for Fetch API requests. It never rejects. */
  fetch(request: Request): Promise<Response>;
  /** The same as `fetch`, for frameworks that do not use Fetch API requests. */
  handle(request: HttpRequest): Promise<HttpResponse>;
}

const METHODS = 'GET, HEAD, POST';
const LONGEST_FORM = 4096;

const tokenIn = ({ path }: HttpRequest): string | undefined =>
  new URLSearchParams(path.slice(withoutQuery(path).length).replace(/#.*$/s, '')).get('token') ?? undefined;

/**
 * Creates a guard for links from other systems. GET and HEAD requests show a page with one button and do not redeem the link.
 * The button sends a POST request. Its response leads to the original link.
 *
 * With `binding: 'browser'`, only the browser that requested the link shows the button. Other browsers, including scanners
 * that click buttons, show a short code instead. The user enters it on the guard's page in the first browser.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 *
 * @example
 * ```ts
 * const guard = createLinkGuard({ keys: [{ id: '2026-11', secret }], url: 'https://app.example.com/open' });
 * app.all('/open', (context) => guard.fetch(context.req.raw));
 *
 * const { link } = await guard.protect(magicLink, { expiresAt });
 * ```
 */
export function createLinkGuard(options: LinkGuardOptions): LinkGuard {
  const parsed = parseLinkGuardOptions(options);
  const { url, origins, binding, codeInEmail, logger, clock } = parsed;
  const sealer = createSealer(parsed.keys);
  const jar = createCookieJar(url);
  const styleFor = createLinkPageStyle(parsed);

  async function readLink(token: string) {
    const link = await openLink(sealer, token);
    if (!link) throw new ProblemError('link_not_found');
    requireValid(link.target);
    return link;
  }

  function requireValid({ expires }: LinkTarget): void {
    if (clock.now() >= expires * 1000) throw new ProblemError('link_expired');
  }

  async function answerLink(request: HttpRequest, token: string): Promise<HttpResponse> {
    const { target, bound, address } = await readLink(token);
    const isPressed = request.method === 'POST';
    const style = styleFor(request);
    const browser = jar.read(request.header('cookie'))?.browser;
    if (!bound || (browser !== undefined && (await isSameText(browser, bound.browser))))
      return isPressed ? leadTo(style, target) : respondButton(style, address);
    const { texts } = style;
    const { code: value } = bound;
    const at = url.host + url.pathname;
    const content =
      value === undefined
        ? { text: texts.otherBrowserTextWithoutCode }
        : { text: texts.otherBrowserText, code: { value, at, warning: texts.shareWarning } };
    return respondPage(isPressed ? 403 : 200, style, { title: texts.otherBrowserTitle, ...content });
  }

  async function answerCode(request: HttpRequest): Promise<HttpResponse> {
    const style = styleFor(request);
    const { enterCodeTitle: title, findCodeText, cookieText, codeLabel, wrongCodeText, button } = style.texts;
    const cookie = jar.read(request.header('cookie'));
    if (!cookie)
      return respondPage(request.method === 'POST' ? 403 : 200, style, { title, text: cookieText });
    const showForm = (status: number, problem?: string) =>
      respondPage(status, style, {
        ...{ title, text: findCodeText },
        form: { button, field: { label: codeLabel, problem } },
      });
    if (request.method !== 'POST') return showForm(200);

    const code = readShortCode((await readFormField(request, 'code', LONGEST_FORM)) ?? '');
    if (code === undefined) return showForm(400, wrongCodeText);
    const targets = await Promise.all(cookie.boxes.map((box) => openBox(sealer, code, box)));
    const target = targets.find((found) => found !== undefined);
    if (!target) return showForm(400, wrongCodeText);
    requireValid(target);
    return leadTo(style, target);
  }

  function leadTo(style: LinkPageStyle, { href, method }: LinkTarget): HttpResponse | Promise<HttpResponse> {
    // A 307 repeats the POST request. A target for GET may redirect to another site, even if it has the guard's origin.
    return method === 'POST' ? respond(307, undefined, { Location: href }) : respondNext(style, href);
  }

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    if (request.method === 'POST') requireSameSite(request);
    else if (request.method !== 'GET')
      return problemResponse(new ProblemError('method_not_allowed', {}, { Allow: METHODS }));
    const token = tokenIn(request);
    return token === undefined ? answerCode(request) : answerLink(request, token);
  }

  async function handle(request: HttpRequest): Promise<HttpResponse> {
    const isHead = request.method === 'HEAD';
    const asked = isHead ? { ...request, method: 'GET' } : request;
    try {
      return finish(await answer(asked), isHead);
    } catch (error) {
      const problem = toProblemError(error);
      logFailure(logger, problem, error, { route: `${asked.method} ${url.pathname}` });
      const page = Promise.resolve().then(() => respondFailure(styleFor(request), problem));
      // The application's linkTexts failed.
      return finish(await page.catch((failure: unknown) => problemResponse(toProblemError(failure))), isHead);
    }
  }

  return {
    url: url.href,
    binding,
    protect: createProtect({ url, origins, binding, codeInEmail, sealer, jar }),
    async bindBrowser(cookie) {
      if (typeof (cookie ?? '') !== 'string')
        throw new MailError('payload_invalid', 'The cookie must be the value of the Cookie header.', {
          stage: 'payload',
        });
      const known = jar.read(cookie ?? undefined) ?? createBrowserCookie();
      return { browser: await sealBrowser(sealer, known.browser), setCookie: jar.write(known) };
    },
    fetch: async (request) => toResponse(await handle(toHttpRequest(request))),
    handle,
  };
}
