/** The nested variables of an email, as `send` accepts them. */
export type Payload = Readonly<Record<string, unknown>>;

const isNested = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param path such as `application.name` */
export function valueAt(payload: Payload, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (isNested(at) ? at[key] : undefined), payload);
  return typeof value === 'string' ? value : '';
}

/** Changes one variable. An empty value removes it. */
export function withValueAt(payload: Payload, path: string, value: string): Payload {
  const [key = '', ...rest] = path.split('.');
  const { [key]: former, ...others } = payload;
  const next = rest.length === 0 ? value : withValueAt(isNested(former) ? former : {}, rest.join('.'), value);
  const isEmpty = typeof next === 'string' ? next === '' : Object.keys(next).length === 0;
  // An existing key keeps its position.
  return isEmpty ? others : key in payload ? { ...payload, [key]: next } : { ...others, [key]: next };
}
