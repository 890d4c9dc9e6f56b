import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { GetConnectorConfig, GetI18nEmailTemplate, SendMessageData } from '@logto/connector-kit';
import {
  ConfigError,
  consoleLogger,
  createMailer,
  type LogEvent,
  type Logger,
  type Mailer,
  parseSendRequest,
  type Receipt,
  type TemplateOverride,
} from '@postern/core';
import { configLogger } from './config-logger.js';
import { type InspectedConfig, inspectConfig } from './connector-config.js';
import { toPublicError, toTestError } from './connector-error.js';
import { logFailure } from './failure-log.js';
import { fingerprint } from './fingerprint.js';
import { createIdleCache } from './idle-cache.js';
import { CONNECTOR_ID } from './metadata.js';
import { toPlainPayload } from './plain-payload.js';
import { asStored, restoreTexts } from './stored-config.js';
import { createTransportRegistry } from './transport-registry.js';
import { withDeadline } from './with-deadline.js';

/** The console stops waiting for a test after 20 seconds, so the error must arrive earlier. */
const TEST_DEADLINE_MS = 15_000;

/** The limit for real emails, regardless of the timeouts in the config, because a person is waiting for the code. */
const SEND_DEADLINE_MS = 120_000;

/** An inspected config, its mailer, and a copy of the stored config. */
type Prepared = InspectedConfig & { stored: unknown; mailer?: Mailer };

/*
 * Logto creates a connector for every request. These caches keep the connection pools, and the checked configs with their
 * compiled templates, for the whole process.
 */
const transports = createTransportRegistry();
const cache = createIdleCache<Prepared>({ maxEntries: 20, idleMs: 5 * 60_000 });

/** The data of one request. All requests share the mailer. */
interface CurrentRequest {
  lookUpTemplate: () => Promise<TemplateOverride | undefined>;
  /** The failure event of the mailer, for the single log line about the failure. */
  failure?: LogEvent;
}

const currentRequest = new AsyncLocalStorage<CurrentRequest>();

/** Collects the mailer's event about a failure instead of logging it, because it has no reference and hint. */
function collectingFailures(logger: Logger): Logger {
  const passOn = (level: keyof Logger) => (event: LogEvent) => {
    const request = currentRequest.getStore();
    if (event.event === 'mail.failed' && request) request.failure = event;
    else logger[level](event);
  };
  return { debug: passOn('debug'), info: passOn('info'), warn: passOn('warn'), error: passOn('error') };
}

/** Closes all pools after the emails in flight. Only tests need it. */
export const closeTransports = () => {
  cache.clear();
  return transports.close();
};

/** Logto reads the config for every request. Comparing it is much faster than computing a fingerprint. */
function prepared(config: unknown): Prepared {
  const known = cache.keyOf(({ stored }) => isDeepStrictEqual(stored, config));
  return cache.use(known ?? fingerprint(config), () => prepare(config));
}

/** Copies a config as JSON, without other values. */
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
    resolveTemplate: async () => currentRequest.getStore()?.lookUpTemplate(),
    missingVariable: 'keep',
    brokenTemplate: 'text',
    logger: collectingFailures(logger),
  });
  return { ...inspected, mailer };
}

/** Looks up a template in Logto's own store, and removes empty values of its database. */
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

/** The language that Logto detected, then those that the client requested (the `ui_locales` of OpenID Connect). */
const localesOf = ({ locale, uiLocales }: Readonly<Record<string, unknown>> = {}) =>
  [locale, ...(typeof uiLocales === 'string' ? uiLocales.split(/\s+/) : [])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);

/**
 * Sends one email with the stored config, or with the config of a test.
 *
 * @throws {ConnectorError} of the host, for every failure
 */
export const createSendMessage =
  (getConfig: GetConnectorConfig, getI18nEmailTemplate: GetI18nEmailTemplate | undefined) =>
  async (data: SendMessageData, inputConfig?: unknown): Promise<Receipt> => {
    const isTest = inputConfig !== undefined && inputConfig !== null;
    const { config, mailer, protectLink, issues, repaired } = prepared(
      isTest ? asStored(inputConfig) : restoreTexts(await getConfig(CONNECTOR_ID)),
    );
    const { to, type, payload, ip } = data;
    const current: CurrentRequest = { lookUpTemplate: () => lookUp(getI18nEmailTemplate, data) };
    try {
      if (!mailer) throw new ConfigError(issues);
      const variables = toPlainPayload(payload);
      const request = parseSendRequest({
        to,
        type,
        payload: protectLink ? await protectLink(variables, to) : variables,
        locale: localesOf(payload),
        ip: optionalText(ip),
      });
      return await currentRequest.run(current, () =>
        withDeadline(isTest ? TEST_DEADLINE_MS : SEND_DEADLINE_MS, (signal) =>
          mailer.send(request, { signal }),
        ),
      );
    } catch (error) {
      const isVerbose = config?.logger === true || config?.debug === true;
      const known: Partial<LogEvent> = { type, ip: optionalText(ip), ...current.failure };
      if (!isVerbose) delete known.ip;
      // An administrator who tests a config sees the cause in the console.
      const reference =
        isTest && !isVerbose
          ? undefined
          : logFailure(config ? configLogger(config) : consoleLogger, isVerbose, error, known, repaired);
      throw isTest ? toTestError(error, repaired) : toPublicError(error, reference);
    }
  };
