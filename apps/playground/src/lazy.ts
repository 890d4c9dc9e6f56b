/** A value that the first use creates. */
export interface Lazy<T> {
  use<R>(act: (value: T) => Promise<R>): Promise<R>;
  /** Waits for current uses, and then ends the value if it was created. */
  close(): Promise<void>;
}

export function lazy<T>(start: () => Promise<T>, end: (value: T) => Promise<void>): Lazy<T> {
  let starting: Promise<T> | undefined;
  const uses = new Set<Promise<unknown>>();

  function started(): Promise<T> {
    starting ??= start().catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  }

  return {
    async use(act) {
      const using = started().then(act);
      uses.add(using);
      try {
        return await using;
      } finally {
        uses.delete(using);
      }
    },
    async close() {
      await Promise.allSettled(uses);
      const value = await starting?.catch(() => undefined);
      if (value !== undefined) await end(value);
    },
  };
}
