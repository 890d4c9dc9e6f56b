import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import express, { type Response, Router } from 'express';
import { refusal } from './problem.js';

/** The built page. The path is the same from `src` and from `dist`. */
const BUILD = fileURLToPath(new URL('../dist/web/', import.meta.url));

/** The page loads nothing from other hosts. Components add styles with the nonce, and frames show emails. */
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
  /** The folder of the build. @default that of this package */
  readonly folder?: string | undefined;
}

/** Serves the built page. Views are routes in the URL fragment. */
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
        // Names of assets contain a content hash.
        const isHashed = /[\\/]assets[\\/]/.test(path);
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  return router;
}
