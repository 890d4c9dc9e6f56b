import { isLoopbackHost, MailError } from '@postern/core';
import { applyConfigPatch, type ConfigPatch } from '../config/config-patch.js';
import type { ServerConfig } from '../config/well-known-service.js';
import type { SmtpLogin } from '../connection/login.js';
import type { Provider } from '../provider/provider.js';
import { type AttemptLimits, attemptConnection } from './connection-attempt.js';
import type { Alternative } from './diagnosis.js';
import { ehloFactsOf } from './ehlo-facts.js';

/** Another port to try when the one in the config fails. */
export interface AlternativePort {
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
}

/** Where mail submission is to be found (RFC 8314, RFC 6409), and the port that many open beside it. */
const SUBMISSION_PORTS: readonly AlternativePort[] = [
  { port: 587, secure: false },
  { port: 465, secure: true },
  { port: 2525, secure: false },
];

const portsOf = (provider: Provider | undefined): readonly AlternativePort[] =>
  provider?.ports
    .filter(({ tls }) => tls !== 'none')
    .map(({ port, tls }) => ({ port, secure: tls === 'implicit' })) ?? SUBMISSION_PORTS;

/** How a failure lets one hope for another way to the same server. */
export type Trouble = 'port' | 'dialogue' | 'name' | 'certificate';

function candidates(
  { port, secure = false, ignoreTLS, name }: ServerConfig,
  trouble: Trouble,
  ports: readonly AlternativePort[],
): ConfigPatch[] {
  if (trouble === 'certificate') return [{ tls: { rejectUnauthorized: false } }];
  if (trouble === 'name') return name === undefined ? [] : [{ name: null }];
  const onSamePort: ConfigPatch[] =
    trouble === 'port' ? [] : [...(ignoreTLS ? [{ ignoreTLS: null }] : []), { secure: !secure }];
  const onOthers = ports
    .filter((other) => other.port !== port)
    // What would keep it from being what was tried: over TLS.
    .map(({ port, secure }) => ({ port, secure, ...(ignoreTLS && !secure && { ignoreTLS: null }) }));
  return [...onSamePort, ...onOthers];
}

const inWords = ({ port, secure, ignoreTLS, name, tls }: ConfigPatch, server: ServerConfig) => {
  if (tls) return 'without verifying the certificate';
  if (name === null) return 'without name';
  if (secure === undefined && ignoreTLS === null) return 'without ignoreTLS';
  return `port ${port ?? server.port} ${secure ? 'with TLS from the first byte' : 'with STARTTLS'}`;
};

interface AlternativeOptions {
  server: ServerConfig;
  login: SmtpLogin | undefined;
  provider: Provider | undefined;
  trouble: Trouble;
  ports: readonly AlternativePort[] | undefined;
  limits: AttemptLimits;
}

/** Tries every other way at once, the best first in the result. No credentials are sent. */
export function tryAlternatives({
  server,
  login,
  provider,
  trouble,
  ports = portsOf(provider),
  limits,
}: AlternativeOptions): Promise<Alternative[]> {
  return Promise.all(
    candidates(server, trouble, ports).map(async (patch): Promise<Alternative> => {
      const patched = applyConfigPatch(server, patch);
      // The login will follow, and it needs TLS; without credentials the transport would not insist.
      const requireTLS =
        patched.requireTLS ?? (login !== undefined && !patched.secure && !isLoopbackHost(patched.host));
      const how = inWords(patch, server);
      let ehlo = '';
      try {
        const session = await attemptConnection({ ...patched, requireTLS }, undefined, limits, {
          onReply: (stage, reply) => {
            if (stage === 'ehlo' && reply.startsWith('250')) ehlo = reply; // not the 221 after it
          },
        });
        await session.quit();
      } catch (error) {
        if (!(error instanceof MailError) || limits.signal?.aborted) throw error;
        return { patch, works: false, message: `${how}: ${error.message}` };
      }
      const offered = ehloFactsOf(ehlo).auth;
      const works = login?.mechanisms.some((mechanism) => offered.includes(mechanism)) ?? true;
      return {
        patch,
        works,
        message: `${how}: ${works ? 'works' : 'offers no login that this config can use'}`,
      };
    }),
  );
}

/** What to write to take an alternative. */
export function adviseAlternative({ patch }: Alternative, server: ServerConfig): string {
  if (patch.tls)
    return 'Between programs on this machine, nothing can replace the server: write "tls": { "rejectUnauthorized": false }.';
  const how = inWords(patch, server);
  const written = Object.entries(patch).filter(([, value]) => value !== null);
  if (written.length === 0) return `It works ${how}: remove it.`;
  const keys = written.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const removal = patch.ignoreTLS === null ? ', and remove ignoreTLS' : '';
  return `It works over ${how}: write ${keys.join(', ')}${removal}.`;
}
