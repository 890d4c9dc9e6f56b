import type { Response } from 'express';

/**
 * An origin of its own without scripts, forms, pop-ups or any request, also when it is opened in a tab. Styles
 * and images only where the email itself holds them.
 */
const PREVIEW_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The html of an email, for a sandboxed frame. */
export function sendPreview(response: Response, html: string): void {
  response
    .set('Content-Security-Policy', PREVIEW_POLICY)
    .type('html')
    // Links ask for a new tab, which a sandbox doesn't open: the preview stays what it is.
    .send(`${html}<base target="_blank">`);
}
