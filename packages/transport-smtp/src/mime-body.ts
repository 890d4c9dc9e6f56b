import { base64, mimeFuncs, qp } from './nodemailer.js';

/** RFC 2045 section 6.7: no encoded line is longer. */
const LINE_LENGTH = 76;

/** A text, encoded for the wire; its lines end with CRLF. */
export interface EncodedBody {
  encoding: '7bit' | 'quoted-printable' | 'base64';
  content: string;
}

const toCrlf = (text: string) => (/[\r\n]/.test(text) ? text.replace(/\r\n|\r|\n/g, '\r\n') : text);

/** A stretch of text, with what is needed to encode it alone or among others. */
class Piece {
  /** ASCII letters. */
  readonly letters: number;
  /** Control characters and what is not ASCII. */
  readonly others: number;
  private encoded: string | undefined;
  private long: boolean | undefined;

  constructor(readonly text: string) {
    let letters = 0;
    let others = 0;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) letters += 1;
      else if (code >= 0x80 || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d)) others += 1;
    }
    this.letters = letters;
    this.others = others;
  }

  get hasLongLine(): boolean {
    this.long ??= mimeFuncs.hasLongerLines(this.text, LINE_LENGTH);
    return this.long;
  }

  /** With room for a soft line break after its last line. */
  get quotedPrintable(): string {
    this.encoded ??= qp.wrap(qp.encode(toCrlf(this.text)), LINE_LENGTH - 1);
    return this.encoded;
  }
}

/** The parts that a template gives its emails, each encoded once. */
const preparedParts = new WeakMap<readonly string[], readonly Piece[]>();

function prepare(parts: readonly string[]): readonly Piece[] {
  const known = preparedParts.get(parts);
  if (known) return known;
  const pieces = parts.map((part) => new Piece(part));
  if (Object.isFrozen(parts)) preparedParts.set(parts, pieces);
  return pieces;
}

/** Neither a line break nor a character may fall apart where two pieces meet. */
const endsCleanly = ({ text }: Piece) => !text.endsWith('\r') && text.isWellFormed();

/**
 * Takes a text apart along its fixed parts. Wherever they are found, the pieces together are the text, so it does not
 * matter that a value may contain a fixed part, too.
 */
function cut(text: string, parts: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let position = 0;
  const takeUntil = (end: number) => {
    if (end > position) pieces.push(new Piece(text.slice(position, end)));
    position = end;
  };
  for (const fixed of prepare(parts)) {
    const start = fixed.text === '' ? -1 : text.indexOf(fixed.text, position);
    if (start < 0) continue;
    takeUntil(start);
    pieces.push(fixed);
    position = start + fixed.text.length;
  }
  takeUntil(text.length);
  return pieces.every(endsCleanly) ? pieces : [new Piece(text)];
}

/** Puts soft line breaks between pieces where one line can't hold both ends (RFC 2045 section 6.7, rule 5). */
function joinQuotedPrintable(pieces: readonly Piece[]): string {
  let joined = '';
  let column = 0;
  for (const { quotedPrintable } of pieces) {
    const firstBreak = quotedPrintable.indexOf('\r\n');
    const firstLine = firstBreak < 0 ? quotedPrintable.length : firstBreak;
    if (column > 0 && column + firstLine >= LINE_LENGTH) {
      joined += '=\r\n';
      column = 0;
    }
    joined += quotedPrintable;
    const lastBreak = quotedPrintable.lastIndexOf('\n');
    column = lastBreak < 0 ? column + quotedPrintable.length : quotedPrintable.length - lastBreak - 1;
  }
  return joined;
}

/**
 * Encodes a text by the shortest encoding that fits: as it is, letter by letter, or in base64 where most of it is not
 * Latin. `fixedParts` are stretches of it that other texts have, too; what they become is remembered.
 */
export function encodeBody(text: string, fixedParts: readonly string[] = []): EncodedBody {
  const pieces = cut(text, fixedParts);
  const letters = pieces.reduce((sum, piece) => sum + piece.letters, 0);
  const others = pieces.reduce((sum, piece) => sum + piece.others, 0);
  const isShort =
    others === 0 &&
    !pieces.some((piece) => piece.hasLongLine) &&
    !mimeFuncs.hasLongerLines(text, LINE_LENGTH);
  if (isShort) return { encoding: '7bit', content: toCrlf(text) };
  return others < letters
    ? { encoding: 'quoted-printable', content: joinQuotedPrintable(pieces) }
    : { encoding: 'base64', content: base64.wrap(base64.encode(text), LINE_LENGTH) };
}
