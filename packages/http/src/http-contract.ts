import type { MailHandlerOptions } from './mail-handler-options.js';

/** A server that is mounted on a framework, made anew for every group of tests. */
export interface HttpHarness {
  /** Where the routes are mounted, without a slash at the end: `http://127.0.0.1:4711/mail`. */
  readonly url: string;
  /** Takes no new connections, and resolves when every request that was accepted has its answer. */
  close(): Promise<void>;
}

/** The tests that every adapter has to pass. */
export function describeHttpContract(
  name: string,
  factory: (options: MailHandlerOptions) => Promise<HttpHarness>,
): void {
  void name;
  void factory;
}
