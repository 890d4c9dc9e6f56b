import { parseEnv } from 'node:util';

/** There are no escapes in these files: the first kind of quotes by which a value comes back as it went in. */
const quoted = (value: string): string | undefined =>
  ['', "'", '"', '`']
    .filter((mark) => (mark === '') === (value === ''))
    .map((mark) => `${mark}${value}${mark}`)
    .find((text) => parseEnv(`NAME=${text}\n`).NAME === value);

/** Whether there is a way to write a value; there is none for one that has every kind of quotes in it. */
export const fitsEnvFile = (value: string): boolean => quoted(value) !== undefined;

/**
 * A `.env` text with one more variable; `undefined` if it is there already. One that is there and empty gets the value
 * from a further line: the last one counts.
 *
 * @throws {RangeError} when the value does not fit
 */
export function addVariable(text: string, name: string, value: string, comment?: string): string | undefined {
  const { [name]: present } = parseEnv(text);
  if (present !== undefined && (present !== '' || value === '')) return undefined;
  const written = quoted(value);
  if (written === undefined) throw new RangeError('The value has every kind of quotes in it.');
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${comment === undefined ? '' : `# ${comment}\n`}${name}=${written}\n`;
}
