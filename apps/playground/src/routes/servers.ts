import { Router } from 'express';
import type { MailServers } from '../mail-servers.js';
import { refusal } from '../problem.js';
import { readBody } from '../request-input.js';
import { FAULT_NAMES, SERVER_NAMES, type ServerList, setFaultRequestSchema } from '../wire/server.js';

export interface ServersOptions {
  readonly servers: MailServers;
  onChange(): void;
}

export function serversRoutes({ servers, onChange }: ServersOptions): Router {
  const router = Router();
  const list = (): ServerList => ({ servers: servers.list() });

  router.get('/servers', (_request, response) => {
    response.json(list());
  });

  router.put('/servers/:server/faults/:fault', async (request, response) => {
    const server = SERVER_NAMES.find((name) => name === request.params.server);
    const fault = FAULT_NAMES.find((name) => name === request.params.fault);
    if (!server || !fault) throw refusal('not_found', { detail: 'The server or fault does not exist.' });
    await servers.setFault(server, fault, readBody(setFaultRequestSchema, request));
    onChange();
    response.json(list());
  });

  router.delete('/servers/faults', async (_request, response) => {
    await servers.clearFaults();
    onChange();
    response.json(list());
  });
  return router;
}
