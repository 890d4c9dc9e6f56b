import { lookup as systemLookup } from 'node:dns';
import { isLoopbackHost, resolveVariables } from '@postern/core';
import {
  type DiagnoseConfig,
  type DiagnosisStep,
  type DnsResolver,
  diagnose,
  type Lookup,
} from '@postern/transport-smtp';
import { Router } from 'express';
import { parseConfigText } from '../config-text.js';
import { networkHostsOf } from '../network-hosts.js';
import { refusal, toProblemError } from '../problem.js';
import { readBody } from '../request-input.js';
import type { ConfigStore } from '../running-config.js';
import { type DoctorLine, doctorRequestSchema } from '../wire/doctor.js';

const STEPS: readonly DiagnosisStep['name'][] = [
  'config',
  'dns',
  'connect',
  'greeting',
  'tls',
  'ehlo',
  'auth',
  'mail',
  'rcpt',
];
const DOMAIN_STEPS: readonly DiagnosisStep['name'][] = ['mx', 'spf', 'dkim', 'dmarc'];

/** DNS queries would leave the machine. */
const noDns = () => Promise.reject(Object.assign(new Error('DNS is not queried.'), { code: 'EREFUSED' }));
const noResolver: DnsResolver = { resolveMx: noDns, resolveTxt: noDns };

/** Resolves names of this machine only to loopback addresses. */
const localLookup: Lookup = (hostname, options, callback) =>
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const own = (addresses ?? []).filter(({ address }) => isLoopbackHost(address));
    if (error || own.length === 0)
      return callback(
        error ?? Object.assign(new Error('The name is not a loopback name.'), { code: 'ENOTFOUND' }),
        [],
      );
    return callback(null, own);
  });

export interface DoctorOptions {
  readonly config: ConfigStore;
  /** The hosts of the config or server that the playground was started with. */
  readonly allowedHosts: readonly string[];
  /** Aborts pending checks. */
  readonly signal: AbortSignal;
}

export function doctorRoutes({ config, allowedHosts, signal }: DoctorOptions): Router {
  const router = Router();

  router.post('/doctor', async (request, response) => {
    const { text, to, allowHosts } = readBody(doctorRequestSchema, request);
    const written = parseConfigText(text ?? config.current.text);
    // The doctor reports missing variables and values of the wrong type.
    const value = resolveVariables(written, config.variables).config as DiagnoseConfig;
    if ('provider' in value || 'providers' in value) {
      throw refusal('network_refused', {
        detail: 'This doctor checks SMTP servers. The playground never calls the API of a provider.',
        hint: 'Run npx @postern/cli doctor in a terminal.',
      });
    }
    const hosts = networkHostsOf(value);
    const allowed = [...allowedHosts, ...allowHosts].map((host) => host.toLowerCase());
    const refused = hosts.filter((host) => !allowed.includes(host));
    if (refused.length > 0) {
      throw refusal('network_refused', {
        detail: `The doctor would connect to ${refused.join(' and ')}.`,
        hint: 'Allow these hosts, or use a server on this machine.',
        hosts: refused,
      });
    }
    const isOutside = hosts.length > 0;

    const ending = new AbortController();
    const end = () => ending.abort();
    response.on('close', end);
    signal.addEventListener('abort', end);
    const write = (line: DoctorLine) => {
      if (!response.writableEnded) response.write(`${JSON.stringify(line)}\n`);
    };
    response.type('application/x-ndjson');
    const skipped: readonly DiagnosisStep['name'][] = [
      ...(to ? [] : (['rcpt'] as const)),
      ...(isOutside ? [] : DOMAIN_STEPS),
    ];
    write({ type: 'begin', steps: [...STEPS, ...DOMAIN_STEPS].filter((step) => !skipped.includes(step)) });
    try {
      const { steps: _, ...diagnosis } = await diagnose(value, {
        ...(to !== undefined && to !== '' && { to }),
        ...(!isOutside && { resolver: noResolver, lookup: localLookup }),
        signal: ending.signal,
        onStep: (step) => {
          if (isOutside || !DOMAIN_STEPS.includes(step.name)) write({ type: 'step', step });
        },
      });
      write({ type: 'end', diagnosis });
    } catch (error) {
      write({ type: 'problem', problem: toProblemError(error).problem });
    } finally {
      signal.removeEventListener('abort', end);
      response.end();
    }
  });
  return router;
}
