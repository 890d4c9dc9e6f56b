import type { Email } from '@postern/core';

/** One email of a preview, and its files. */
export interface PreviewedEmail {
  readonly type: string;
  readonly locale?: string;
  readonly subject: string;
  readonly files: readonly string[];
}

/** Marks a page as a preview, which the next preview can replace. */
export const PREVIEW_MARK = '<meta name="generator" content="postern preview">';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** The plain-text part with the header lines that email apps show above it. */
export const textFile = ({ from, to, subject, text }: Email): string => {
  const sender = from.name === undefined ? from.address : `${from.name} <${from.address}>`;
  return `From: ${sender}\nTo: ${to}\nSubject: ${subject}\n\n${text}\n`;
};

/** A page that shows every email in a frame without scripts. */
export const previewPage = (emails: readonly PreviewedEmail[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${PREVIEW_MARK}
<title>Emails</title>
<style>
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
iframe { width: 100%; height: 32rem; border: 1px solid #8888; background: #fff; }
h2 { margin: 2rem 0 0; font-size: 1.1rem; }
p { margin: 0 0 .5rem; }
</style>
</head>
<body>
<h1>Emails</h1>
${emails.map(section).join('\n')}
</body>
</html>
`;

function section({ type, locale, subject, files }: PreviewedEmail): string {
  const title = escapeHtml(locale === undefined ? type : `${type} (${locale})`);
  const links = files.map((file) => `<a href="${encodeURIComponent(file)}">${escapeHtml(file)}</a>`);
  return `<section>
<h2>${title}</h2>
<p><b>${escapeHtml(subject)}</b> · ${links.join(' · ')}</p>
<iframe sandbox title="${title}" src="${encodeURIComponent(files[0] ?? '')}"></iframe>
</section>`;
}
