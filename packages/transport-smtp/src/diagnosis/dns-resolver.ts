import { Resolver } from 'node:dns/promises';

/** The DNS lookups for the sender's domain. A `Resolver` of `node:dns/promises` implements it. */
export interface DnsResolver {
  resolveMx(name: string): Promise<{ exchange: string; priority: number }[]>;
  resolveTxt(name: string): Promise<string[][]>;
}

/** Timeout for each record, in milliseconds. */
const TIMEOUT = 5000;

/** Limits the time of a resolver's lookups. Without a resolver, uses the DNS servers of this machine until `cancel`. */
export function openResolver(
  given: DnsResolver | undefined,
  deadline: AbortSignal,
): { resolver: DnsResolver; cancel: () => void } {
  const system = new Resolver({ timeout: TIMEOUT, tries: 1 });
  const resolver = given ?? system;
  const limit = <T>(answer: Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = () => reject(Object.assign(new Error('Timeout'), { code: 'ETIMEOUT' }));
    const timer = setTimeout(late, TIMEOUT);
    deadline.addEventListener('abort', late, { once: true });
    answer.then(resolve, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', late);
    });
  };
  return {
    resolver: {
      resolveMx: (name) => limit(resolver.resolveMx(name)),
      resolveTxt: (name) => limit(resolver.resolveTxt(name)),
    },
    cancel: () => system.cancel(),
  };
}
