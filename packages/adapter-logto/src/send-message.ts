import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { GetConnectorConfig, GetI18nEmailTemplate, SendMessageData } from '@logto/connector-kit';
import {
  ConfigError,
  createMailer,
  type LogEvent,
  type Logger,
  type Mailer,
  parseSendRequest,
  type Receipt,
  type TemplateOverride,
} from '@postern/core';
import { consoleLogger } from '@postern/transport-smtp';
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

/** The console gives up on a test after 20 seconds; the diagnosis must be there before. */
const TEST_DEADLINE_MS = 15_000;

/** For a person who waits for a code, whatever time-outs the config has. */
const SEND_DEADLINE_MS = 120_000;

/** What was made of a config, and a copy of it as Logto stores it. */
type Prepared = InspectedConfig & { stored: unknown; mailer?: Mailer };

/*
 * Logto makes the connector anew for every request, so what is worth keeping is kept here, for the whole process: the
 * pools of connections, and the configs that were checked with their compiled templates.
 */
const transports = createTransportRegistry();
const cache = createIdleCache<Prepared>({ maxEntries: 20, idleMs: 5 * 60_000 });

/** What belongs to one request; the mailer is shared by all of them. */
interface CurrentRequest {
  lookUpTemplate: () => Promise<TemplateOverride | undefined>;
  /** What the mailer reports of a failure, for the one line that is logged about it. */
  failure?: LogEvent;
}

const currentRequest = new AsyncLocalStorage<CurrentRequest>();

/** Keeps the mailer's own line about a failure, which lacks the reference and the hint. */
function collectingFailures(logger: Logger): Logger {
  const passOn = (level: keyof Logger) => (event: LogEvent) => {
    const request = currentRequest.getStore();
    if (event.event === 'mail.failed' && request) request.failure = event;
    else logger[level](event);
  };
  return { debug: passOn('debug'), info: passOn('info'), warn: passOn('warn'), error: passOn('error') };
}

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
    resolveTemplate: async () => currentRequest.getStore()?.lookUpTemplate(),
    missingVariable: 'keep',
    brokenTemplate: 'text',
    logger: collectingFailures(logger),
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

/** The language that Logto has found out, then those that the client asked for (a list of OpenID Connect). */
const localesOf = ({ locale, uiLocales }: Readonly<Record<string, unknown>> = {}) =>
  [locale, ...(typeof uiLocales === 'string' ? uiLocales.split(/\s+/) : [])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);

/**
 * Sends one email, as Logto asks for it: with the stored config, or with the one that is being tested.
 *
 * @throws {ConnectorError} of the host, for every failure
 */
export const createSendMessage =
  (getConfig: GetConnectorConfig, getI18nEmailTemplate: GetI18nEmailTemplate | undefined) =>
  async (data: SendMessageData, inputConfig?: unknown): Promise<Receipt> => {
    const isTest = inputConfig !== undefined && inputConfig !== null;
    const { config, mailer, issues, repaired } = prepared(
      isTest ? asStored(inputConfig) : restoreTexts(await getConfig(CONNECTOR_ID)),
    );
    const { to, type, payload, ip } = data;
    const current: CurrentRequest = { lookUpTemplate: () => lookUp(getI18nEmailTemplate, data) };
    try {
      if (!mailer) throw new ConfigError(issues);
      const request = parseSendRequest({
        to,
        type,
        payload: toPlainPayload(payload),
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
