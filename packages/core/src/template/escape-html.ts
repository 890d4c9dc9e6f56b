const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

/** Escapes what has a meaning in the text of html and in quoted attributes, and nothing else. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** Escapes, in html that is escaped already, what would end an attribute without quotes or the name of one. */
export const escapeUnquoted = (escaped: string): string =>
  escaped.replace(/[\s=`/]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`);
