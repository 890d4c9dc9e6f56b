/** A parsed value, or the reason why the input is not valid. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

export const unusable = (problem: string) => ({ ok: false, problem }) as const;
