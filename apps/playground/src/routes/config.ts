import { connectorConfigJsonSchema, resolveVariables } from '@postern/core';
import { applyConfigPatch, providerChoices } from '@postern/transport-smtp';
import { Router } from 'express';
import { formatConfig } from '../built-in-config.js';
import { parseConfigText } from '../config-text.js';
import { networkHostsOf } from '../network-hosts.js';
import { refusal } from '../problem.js';
import { apiIn, fillConfig, providerList } from '../provider-list.js';
import { readBody } from '../request-input.js';
import type { ConfigStore } from '../running-config.js';
import {
  applyConfigRequestSchema,
  type FilledConfig,
  fillConfigRequestSchema,
  type InspectedConfig,
  inspectConfigRequestSchema,
  patchConfigRequestSchema,
} from '../wire/config.js';

/** @throws {ProblemError} `config_invalid` if the text is not a JSON object */
function readObject(text: string): Record<string, unknown> {
  const value = parseConfigText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw refusal('config_invalid', { detail: 'The config must be a JSON object.' });
}

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
    const api = apiIn(value);
    const inspected: InspectedConfig = {
      isUsable: usable !== undefined,
      issues,
      hosts,
      ...(provider !== undefined && { provider }),
      ...(api !== undefined && { api }),
    };
    response.json(inspected);
  });

  router.get('/config/schema', (_request, response) => {
    response.json(connectorConfigJsonSchema);
  });

  router.get('/config/providers', (_request, response) => {
    response.json(providerList);
  });

  router.post('/config/fill', (request, response) => {
    const { text, ...choice } = readBody(fillConfigRequestSchema, request);
    const filled: FilledConfig = { text: formatConfig(fillConfig(readObject(text), choice)) };
    response.json(filled);
  });

  router.post('/config/patch', (request, response) => {
    const { text, patch } = readBody(patchConfigRequestSchema, request);
    const filled: FilledConfig = { text: formatConfig(applyConfigPatch(readObject(text), patch)) };
    response.json(filled);
  });
  return router;
}
