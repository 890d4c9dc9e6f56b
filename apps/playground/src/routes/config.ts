import { connectorConfigJsonSchema, resolveVariables } from '@postern/core';
import { applyConfigPatch, providerChoices } from '@postern/transport-smtp';
import { Router } from 'express';
import { formatConfig, reference, withoutServer } from '../built-in-config.js';
import { parseConfigText } from '../config-text.js';
import { networkHostsOf } from '../network-hosts.js';
import { refusal } from '../problem.js';
import { readBody } from '../request-input.js';
import type { ConfigStore } from '../running-config.js';
import {
  applyConfigRequestSchema,
  type FilledConfig,
  fillConfigRequestSchema,
  type InspectedConfig,
  inspectConfigRequestSchema,
  type ProviderList,
  patchConfigRequestSchema,
} from '../wire/config.js';

/** Keeps the password out of the config. */
const PASSWORD = reference('SMTP_PASS');

const PROVIDERS: ProviderList = {
  providers: providerChoices.map(({ id, name, hosts, port, user }) => ({
    ...{ id, name, hosts, port, user },
    secure: port === 465,
  })),
};

/** @throws {ProblemError} `config_invalid` if the text is not a JSON object */
function readObject(text: string): Record<string, unknown> {
  const value = parseConfigText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw refusal('config_invalid', { detail: 'The config must be a JSON object.' });
}

/** The address of a sender. */
const addressIn = (sender: unknown): string =>
  typeof sender === 'string' ? (/<([^<>]*)>/.exec(sender)?.[1] ?? sender).trim() : '';

export function configRoutes({ config }: { config: ConfigStore }): Router {
  const router = Router();

  router.get('/config', (_request, response) => {
    response.json(config.describe());
  });

  router.put('/config', (request, response) => {
    const { text, allowHosts } = readBody(applyConfigRequestSchema, request);
    response.json(config.apply(text, allowHosts));
  });

  router.post('/config/inspect', (request, response) => {
    const { text } = readBody(inspectConfigRequestSchema, request);
    const { value, config: usable, issues } = config.read(text);
    const hosts = networkHostsOf(resolveVariables(value, config.variables).config);
    const provider = providerChoices.find((each) => each.hosts.some((host) => hosts.includes(host)))?.name;
    const inspected: InspectedConfig = {
      isUsable: usable !== undefined,
      issues,
      hosts,
      ...(provider !== undefined && { provider }),
    };
    response.json(inspected);
  });

  router.get('/config/schema', (_request, response) => {
    response.json(connectorConfigJsonSchema);
  });

  router.get('/config/providers', (_request, response) => {
    response.json(PROVIDERS);
  });

  router.post('/config/fill', (request, response) => {
    const { text, provider: id, host } = readBody(fillConfigRequestSchema, request);
    const provider = PROVIDERS.providers.find((each) => each.id === id);
    if (!provider) throw refusal('request_invalid', { detail: 'The provider does not exist.' });
    if (host !== undefined && !provider.hosts.includes(host))
      throw refusal('request_invalid', { detail: `${provider.name} does not use this host.` });
    const former = readObject(text);
    const user =
      typeof provider.user === 'object'
        ? provider.user.always
        : provider.user === 'sender'
          ? addressIn(former.fromEmail)
          : '';
    const filled: FilledConfig = {
      text: formatConfig({
        host: host ?? provider.hosts[0] ?? '',
        port: provider.port,
        ...(provider.secure && { secure: true }),
        auth: { user, pass: PASSWORD },
        ...withoutServer(former),
      }),
    };
    response.json(filled);
  });

  router.post('/config/patch', (request, response) => {
    const { text, patch } = readBody(patchConfigRequestSchema, request);
    const filled: FilledConfig = { text: formatConfig(applyConfigPatch(readObject(text), patch)) };
    response.json(filled);
  });
  return router;
}
