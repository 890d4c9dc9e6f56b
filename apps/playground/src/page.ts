import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import express, { type Response, Router } from 'express';
import { refusal } from './problem.js';

/** What the build of the page became; the same place from `src` and from `dist`. */
const BUILD = fileURLToPath(new URL('../dist/web/', import.meta.url));

/** Nothing from elsewhere. Components put their styles into the page with the nonce; frames show emails. */
const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export interface PageOptions {
  readonly token: string;
  /** Where the build is. @default beside this program */
  readonly folder?: string | undefined;
}

/** The files of the build; views are in the fragment of its one page. */
export function pageRouter({ token, folder = BUILD }: PageOptions): Router {
  const router = Router();

  async function sendIndex(response: Response): Promise<void> {
    const html = await readFile(`${folder}/index.html`, 'utf8').catch(() => {
      throw refusal('not_found', {
        detail: 'The page has not been built.',
        hint: 'Run `npx --yes pnpm@12 build` in the root of the repository.',
      });
    });
    const nonce = randomBytes(16).toString('base64');
    response
      .set({ 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-store' })
      .type('html')
      .send(html.replaceAll('__CSP_NONCE__', nonce).replaceAll('__POSTERN_TOKEN__', token));
  }

  router.get(['/', '/index.html'], (_request, response) => sendIndex(response));
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        // The build names these after their content.
        const isHashed = /[\\/]assets[\\/]/.test(path);
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  return router;
}
