import { sampleContext, samplePayload } from '@postern/config-tools';
import { type ConnectorConfig, parseSendRequest, type SendRequest } from '@postern/core';

/** The recipient of samples, and the default in forms. */
export const SAMPLE_RECIPIENT = 'ada@example.com';

/** One request for each template. */
export const sampleRequests = ({ templates }: ConnectorConfig): SendRequest[] =>
  templates.map(({ usageType, locale }) =>
    parseSendRequest({
      ...{ to: SAMPLE_RECIPIENT, type: usageType, payload: samplePayload(usageType), locale },
      requestContext: sampleContext(usageType),
    }),
  );
