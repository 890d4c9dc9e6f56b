import { describe, expect, test } from 'vitest';
import { type MailMatchers, mailMatchers } from './mail-matchers.js';
import {
  describeTransportContract as describeContract,
  type TransportHarness,
} from './transport-contract.js';

export type { DeliveredEmail, EmailSource } from './delivered-email.js';
export type { ExpectedEmail } from './email-matchers.js';
export type { ExpectedMailError } from './mail-error-matcher.js';
export type { MailMatchers, TransportHarness };

expect.extend(mailMatchers);

/** `describeTransportContract` from `@postern/testing/contract`, with the functions of Vitest. */
export function describeTransportContract(
  name: string,
  factory: () => TransportHarness | Promise<TransportHarness>,
): void {
  describeContract(name, factory, { describe, expect, test });
}

declare global {
  namespace Chai {
    // The assertions of every version of vitest have what this interface has.
    interface Assertion extends MailMatchers<void> {}
  }
}
