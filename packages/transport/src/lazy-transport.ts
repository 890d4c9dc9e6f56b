import { createDrain, type Transport } from '@postern/core';

/** A transport that is created when it is first used, so that its code is loaded only then. */
export function lazyTransport(name: string, create: () => Promise<Transport>): Transport {
  let created: Promise<Transport> | undefined;
  const use = (): Promise<Transport> => {
    created ??= create();
    return created;
  };
  const drain = createDrain(`transport ${name}`, async () => {
    // A transport that could not be created needs no cleanup.
    await created?.then(
      (transport) => transport.close(),
      () => {},
    );
  });
  return {
    name,
    send: (email, operation) => drain.run(async () => (await use()).send(email, operation)),
    verify: (operation) => drain.run(async () => (await use()).verify(operation)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
