/** Keeps what was used lately: so many things, and each only so long after its last use. */
export interface IdleCache<T> {
  /** What is kept under the key, else what `create` makes. */
  use(key: string, create: () => T): T;
  /** The key of something that is kept, the latest first. */
  keyOf(isWanted: (value: T) => boolean): string | undefined;
  /** Forgets what is kept under the key. */
  drop(key: string): void;
  /** Forgets everything. */
  clear(): void;
  readonly size: number;
}

export interface IdleCacheOptions<T> {
  /** The one that was not used for longest makes room. */
  maxEntries: number;
  /** Milliseconds without use. */
  idleMs: number;
  /** Called with whatever is no longer kept. */
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
