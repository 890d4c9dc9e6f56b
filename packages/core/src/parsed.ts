/** A value that was read, or the reason why it cannot be used. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

export const unusable = (problem: string) => ({ ok: false, problem }) as const;
