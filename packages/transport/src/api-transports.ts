import type { ApiProviderConfig, ApiProviderName, Transport } from '@postern/core';
import type { ApiTransportOptions } from '@postern/transport-http';

type CreateApiTransport<Name extends ApiProviderName> = (
  config: ApiProviderConfig<Name>,
  options: ApiTransportOptions,
) => Promise<Transport>;

/** Each function loads the code of one provider. The import paths are literals, so that bundlers find them. */
const TRANSPORTS: { readonly [Name in ApiProviderName]: CreateApiTransport<Name> } = {
  async resend({ apiKey }, options) {
    const { createResendTransport } = await import('@postern/transport-http/resend');
    return createResendTransport({ apiKey }, options);
  },
};

/** Loads the code of a provider and creates its transport. */
export const createApiTransport = <Name extends ApiProviderName>(
  name: Name,
  config: ApiProviderConfig<Name>,
  options: ApiTransportOptions,
): Promise<Transport> => TRANSPORTS[name](config, options);
