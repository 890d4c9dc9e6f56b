import { parseEnv } from 'node:util';

/** `.env` files have no escapes, so this uses the first kind of quotes that preserves the value. */
const quoted = (value: string): string | undefined =>
  ['', "'", '"', '`']
    .filter((mark) => (mark === '') === (value === ''))
    .map((mark) => `${mark}${value}${mark}`)
    .find((text) => parseEnv(`NAME=${text}\n`).NAME === value);

/** Whether a `.env` file can contain the value. It cannot if the value contains every kind of quote. */
export const fitsEnvFile = (value: string): boolean => quoted(value) !== undefined;

/**
 * Returns a `.env` text with an added variable, or `undefined` if the variable exists. If it exists but is empty, another
 * line sets it, because the last line takes precedence.
 *
 * @throws {RangeError} if a `.env` file cannot contain the value
 */
export function addVariable(text: string, name: string, value: string, comment?: string): string | undefined {
  const { [name]: present } = parseEnv(text);
  if (present !== undefined && (present !== '' || value === '')) return undefined;
  const written = quoted(value);
  if (written === undefined) throw new RangeError('The value contains every kind of quote.');
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${comment === undefined ? '' : `# ${comment}\n`}${name}=${written}\n`;
}
