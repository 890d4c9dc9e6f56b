/** What a template gets: nested, as `send` takes it. */
export type Payload = Readonly<Record<string, unknown>>;

const isNested = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param path such as `application.name` */
export function valueAt(payload: Payload, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (isNested(at) ? at[key] : undefined), payload);
  return typeof value === 'string' ? value : '';
}

/** The payload with one variable changed; what is empty is not there. */
export function withValueAt(payload: Payload, path: string, value: string): Payload {
  const [key = '', ...rest] = path.split('.');
  const { [key]: former, ...others } = payload;
  const next = rest.length === 0 ? value : withValueAt(isNested(former) ? former : {}, rest.join('.'), value);
  const isEmpty = typeof next === 'string' ? next === '' : Object.keys(next).length === 0;
  // A known key keeps its place.
  return isEmpty ? others : key in payload ? { ...payload, [key]: next } : { ...others, [key]: next };
}
