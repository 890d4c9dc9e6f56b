import type { ComposeUsageType } from '../../../src/wire/compose';

type Nested = { [name: string]: unknown };

const isNested = (value: unknown): value is Nested =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What each field of the form begins with. */
export function samplesOf({ fields, samplePayload }: ComposeUsageType): Readonly<Record<string, string>> {
  const valueAt = (path: string) =>
    path.split('.').reduce<unknown>((at, name) => (isNested(at) ? at[name] : undefined), samplePayload);
  return Object.fromEntries(fields.map(({ path }) => [path, String(valueAt(path) ?? '')]));
}

/** The payload as `send` takes it: nested, and without what is empty. */
export function payloadOf(values: Readonly<Record<string, string>>): Nested {
  const payload: Nested = {};
  for (const [path, value] of Object.entries(values)) {
    if (value === '') continue;
    const names = path.split('.');
    const last = names.pop() ?? path;
    let at = payload;
    for (const name of names) {
      const next = Object.hasOwn(at, name) ? at[name] : undefined;
      const inner = isNested(next) ? next : {};
      at[name] = inner;
      at = inner;
    }
    at[last] = value;
  }
  return payload;
}
