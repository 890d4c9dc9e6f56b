const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

/** Escapes the characters that have a meaning in HTML text and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** Escapes additional characters in escaped HTML: those that end an unquoted attribute or an attribute name. */
export const escapeUnquoted = (escaped: string): string =>
  escaped.replace(/[\s=`/]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`);

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':', sol: '/', bsol: '\\', quest: '?' },
  ...{ num: '#', Tab: '\t', NewLine: '\n', nbsp: '\u00a0', lpar: '(', rpar: ')', period: '.', comma: ',' },
};

/** Decodes the entities that can be part of, or end, the scheme of a URL. */
export const decodeHtml = (text: string): string =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,8}));?/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : entity;
  });
