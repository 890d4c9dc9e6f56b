import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { GetConnectorConfig, GetI18nEmailTemplate, SendMessageData } from '@logto/connector-kit';
import {
  createMailer,
  type Mailer,
  parseSendRequest,
  type Receipt,
  type TemplateOverride,
} from '@postern/core';
import { configLogger } from './config-logger.js';
import { type InspectedConfig, inspectConfig } from './connector-config.js';
import { toConnectorError, toInvalidConfig } from './connector-error.js';
import { fingerprint } from './fingerprint.js';
import { createIdleCache } from './idle-cache.js';
import { CONNECTOR_ID } from './metadata.js';
import { toPlainPayload } from './plain-payload.js';
import { createTransportRegistry } from './transport-registry.js';

/** What was made of a config, and a copy of it as Logto stores it. */
type Prepared = InspectedConfig & { stored: unknown; mailer?: Mailer };

/*
 * Logto makes the connector anew for every request, so what is worth keeping is kept here, for the whole process: the
 * pools of connections, and the configs that were checked with their compiled templates.
 */
const transports = createTransportRegistry();
const cache = createIdleCache<Prepared>({ maxEntries: 20, idleMs: 5 * 60_000 });

/** Where the request under way looks for its template; the mailer is shared by all. */
const templateLookup = new AsyncLocalStorage<() => Promise<TemplateOverride | undefined>>();

/** Closes every pool, once emails in flight are out. For tests: a process that ends needs none of it. */
export const closeTransports = () => {
  cache.clear();
  return transports.close();
};

/** Logto reads the config anew for every request; comparing it takes a fraction of what a fingerprint takes. */
function prepared(config: unknown): Prepared {
  const known = cache.keyOf(({ stored }) => isDeepStrictEqual(stored, config));
  return cache.use(known ?? fingerprint(config), () => prepare(config));
}

/** Configs are JSON; whatever else a caller puts in is none of their content. */
const copyOf = (config: unknown): unknown => JSON.parse(JSON.stringify(config) ?? 'null');

function prepare(input: unknown): Prepared {
  const inspected = { ...inspectConfig(input), stored: copyOf(input) };
  const { config, sender, repaired } = inspected;
  if (config === undefined) return inspected;
  const logger = configLogger(config);
  for (const { path, code, message } of repaired)
    logger.warn({ event: 'config.repaired', path: path.join('.'), code, message });
  const mailer = createMailer({
    config: { ...config, fromEmail: sender ?? config.fromEmail },
    transport: transports.transportFor(config),
    resolveTemplate: async () => templateLookup.getStore()?.(),
    missingVariable: 'keep',
    brokenTemplate: 'text',
    logger,
  });
  return { ...inspected, mailer };
}

/** A template of Logto's own store, with what its database may hold in place of nothing taken out. */
async function lookUp(
  getI18nEmailTemplate: GetI18nEmailTemplate | undefined,
  { type, payload }: SendMessageData,
): Promise<TemplateOverride | undefined> {
  const found = await getI18nEmailTemplate?.(type, payload?.locale);
  if (!found) return undefined;
  const { subject, content, contentType, replyTo, sendFrom } = found;
  return {
    subject,
    content,
    contentType: contentType === 'text/plain' ? 'text/plain' : 'text/html',
    ...(replyTo && { replyTo }),
    ...(sendFrom && { sendFrom }),
  };
}

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);

/**
 * Sends one email, as Logto asks for it: with the stored config, or with the one that is being tested.
 *
 * @throws {ConnectorError} of the host, for every failure
 */
export const createSendMessage =
  (getConfig: GetConnectorConfig, getI18nEmailTemplate: GetI18nEmailTemplate | undefined) =>
  async (data: SendMessageData, inputConfig?: unknown): Promise<Receipt> => {
    const config = inputConfig ?? (await getConfig(CONNECTOR_ID));
    const { mailer, issues, repaired } = prepared(config);
    if (!mailer) throw toInvalidConfig(issues);
    const { to, type, payload, ip } = data;
    try {
      const request = parseSendRequest({
        to,
        type,
        payload: toPlainPayload(payload),
        locale: optionalText(payload?.locale),
        ip: optionalText(ip),
      });
      return await templateLookup.run(
        () => lookUp(getI18nEmailTemplate, data),
        () => mailer.send(request),
      );
    } catch (error) {
      throw toConnectorError(error, repaired);
    }
  };
