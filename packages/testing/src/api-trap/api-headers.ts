/** Returns header fields with lowercase names, as `ApiEmail` has them. */
export const lowercaseNames = (
  fields: Iterable<readonly [name: string, value: string]>,
): Record<string, string> =>
  Object.fromEntries([...fields].map(([name, value]) => [name.toLowerCase(), value]));
