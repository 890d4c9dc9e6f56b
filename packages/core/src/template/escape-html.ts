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

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':', sol: '/', bsol: '\\', quest: '?' },
  ...{ num: '#', Tab: '\t', NewLine: '\n', nbsp: '\u00a0', lpar: '(', rpar: ')', period: '.', comma: ',' },
};

/** Decodes the entities that can be in the scheme of a URL or at its end. */
export const decodeHtml = (text: string): string =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,8}));?/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : entity;
  });
