/** A cache with a maximum size, whose entries expire after a period without use. */
export interface IdleCache<T> {
  /** Returns the entry of the key, or creates it. */
  use(key: string, create: () => T): T;
  /** The key of the most recently used matching entry. */
  keyOf(isWanted: (value: T) => boolean): string | undefined;
  /** Removes the entry of the key. */
  drop(key: string): void;
  /** Removes all entries. */
  clear(): void;
  readonly size: number;
}

export interface IdleCacheOptions<T> {
  /** If there are more, the least recently used entry is removed. */
  maxEntries: number;
  /** Milliseconds without use. */
  idleMs: number;
  /** Called with each removed entry. */
  dispose?: (value: T) => void;
}

export function createIdleCache<T>({ maxEntries, idleMs, dispose }: IdleCacheOptions<T>): IdleCache<T> {
  const entries = new Map<string, { value: T; timer: NodeJS.Timeout }>();

  const drop = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return;
    clearTimeout(entry.timer);
    entries.delete(key);
    dispose?.(entry.value);
  };

  return {
    use(key, create) {
      const entry = entries.get(key) ?? {
        value: create(),
        timer: setTimeout(() => drop(key), idleMs).unref(),
      };
      entry.timer.refresh();
      // Re-inserted at the end: the first one of the map is the least recently used.
      entries.delete(key);
      entries.set(key, entry);
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) drop(oldest);
      return entry.value;
    },
    keyOf: (isWanted) => [...entries].findLast(([, { value }]) => isWanted(value))?.[0],
    drop,
    clear() {
      for (const key of [...entries.keys()]) drop(key);
    },
    get size() {
      return entries.size;
    },
  };
}
