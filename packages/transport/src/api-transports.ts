import type { ApiProviderConfig, ApiProviderName, Transport } from '@postern/core';
import type { ApiTransportOptions } from '@postern/transport-http';

type Credentials<Name extends ApiProviderName> = Omit<ApiProviderConfig<Name>, 'name' | 'baseUrl'>;

type CreateApiTransport<Name extends ApiProviderName> = (
  credentials: Credentials<Name>,
  options: ApiTransportOptions,
) => Promise<Transport>;

/** Each function loads the code of one provider. The import paths are literals, so that bundlers find them. */
const TRANSPORTS: { readonly [Name in ApiProviderName]: CreateApiTransport<Name> } = {
  async resend(credentials, options) {
    const { createResendTransport } = await import('@postern/transport-http/resend');
    return createResendTransport(credentials, options);
  },
  async sendgrid(credentials, options) {
    const { createSendGridTransport } = await import('@postern/transport-http/sendgrid');
    return createSendGridTransport(credentials, options);
  },
  async postmark(credentials, options) {
    const { createPostmarkTransport } = await import('@postern/transport-http/postmark');
    return createPostmarkTransport(credentials, options);
  },
  async mailgun(credentials, options) {
    const { createMailgunTransport } = await import('@postern/transport-http/mailgun');
    return createMailgunTransport(credentials, options);
  },
  async brevo(credentials, options) {
    const { createBrevoTransport } = await import('@postern/transport-http/brevo');
    return createBrevoTransport(credentials, options);
  },
  async mailjet(credentials, options) {
    const { createMailjetTransport } = await import('@postern/transport-http/mailjet');
    return createMailjetTransport(credentials, options);
  },
  async zeptomail(credentials, options) {
    const { createZeptoMailTransport } = await import('@postern/transport-http/zeptomail');
    return createZeptoMailTransport(credentials, options);
  },
  async 'amazon-ses'(credentials, options) {
    const { createAmazonSesTransport } = await import('@postern/transport-http/amazon-ses');
    return createAmazonSesTransport(credentials, options);
  },
  async 'aliyun-direct-mail'(credentials, options) {
    const { createAliyunDirectMailTransport } = await import('@postern/transport-http/aliyun-direct-mail');
    return createAliyunDirectMailTransport(credentials, options);
  },
  async 'microsoft-graph'(credentials, options) {
    const { createMicrosoftGraphTransport } = await import('@postern/transport-http/microsoft-graph');
    return createMicrosoftGraphTransport(credentials, options);
  },
  async gmail(credentials, options) {
    const { createGmailTransport } = await import('@postern/transport-http/gmail');
    return createGmailTransport(credentials, options);
  },
  async cloudflare(credentials, options) {
    const { createCloudflareTransport } = await import('@postern/transport-http/cloudflare');
    return createCloudflareTransport(credentials, options);
  },
};

/** Loads a provider's code and creates its transport. */
export const createApiTransport = <Name extends ApiProviderName>(
  name: Name,
  credentials: Credentials<Name>,
  options: ApiTransportOptions,
): Promise<Transport> => TRANSPORTS[name](credentials, options);
