/** The email in the form. */
export interface ChosenEmail {
  readonly to: string;
  readonly type: string;
  /** Empty for the default of the config. */
  readonly locale: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** For notices. */
  readonly requestContext?: Readonly<Record<string, string>> | undefined;
}

/** An object literal that would be longer is split over several lines. */
const WIDTH = 56;

/** A JSON string needs the same escapes as a string literal, except for the quotes. */
const quote = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const isIdentifier = (key: string) => /^[A-Za-z_$][\w$]*$/.test(key);

function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const deeper = `${indent}  `;
  const entries = Object.entries(value).map(
    ([key, each]) => `${isIdentifier(key) ? key : quote(key)}: ${literal(each, deeper)}`,
  );
  const flat = `{ ${entries.join(', ')} }`;
  if (entries.length === 0) return '{}';
  if (flat.length <= WIDTH && !flat.includes('\n')) return flat;
  return `{\n${entries.map((entry) => `${deeper}${entry},\n`).join('')}${indent}}`;
}

/** The object literal of the email in an example. It ends at the first line that consists of a brace. */
const SAMPLE = /\{\n\s*to: 'ada@example\.com',[\s\S]*?\n(?<indent> *)\}/;

/** The program of an example, with the email in the form. */
export const sampleCode = (example: string, email: ChosenEmail): string =>
  example.replace(SAMPLE, (_sample, indent: string) => literal(requestOf(email), indent));

/** The request to send the email. */
export const requestOf = ({ to, type, locale, payload, requestContext }: ChosenEmail) => ({
  to,
  type,
  ...(locale !== '' && { locale }),
  payload,
  ...(requestContext && { requestContext }),
});
