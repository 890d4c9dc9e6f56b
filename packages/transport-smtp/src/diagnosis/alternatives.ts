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
  /** Whether the port uses implicit TLS. */
  secure: boolean;
}

/** The submission ports (RFC 8314, RFC 6409), and a common alternative port. */
const SUBMISSION_PORTS: readonly AlternativePort[] = [
  { port: 587, secure: false },
  { port: 465, secure: true },
  { port: 2525, secure: false },
];

const portsOf = (provider: Provider | undefined): readonly AlternativePort[] =>
  provider?.ports
    .filter(({ tls }) => tls !== 'none')
    .map(({ port, tls }) => ({ port, secure: tls === 'implicit' })) ?? SUBMISSION_PORTS;

/** The kind of a failure, which determines the alternatives to try. */
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
    // Remove `ignoreTLS`, because alternatives must use TLS.
    .map(({ port, secure }) => ({ port, secure, ...(ignoreTLS && !secure && { ignoreTLS: null }) }));
  return [...onSamePort, ...onOthers];
}

const inWords = ({ port, secure, ignoreTLS, name, tls }: ConfigPatch, server: ServerConfig) => {
  if (tls) return 'without verifying the certificate';
  if (name === null) return 'without the "name" option';
  if (secure === undefined && ignoreTLS === null) return 'without the "ignoreTLS" option';
  return `port ${port ?? server.port} ${secure ? 'with implicit TLS' : 'with STARTTLS'}`;
};

interface AlternativeOptions {
  server: ServerConfig;
  login: SmtpLogin | undefined;
  provider: Provider | undefined;
  trouble: Trouble;
  ports: readonly AlternativePort[] | undefined;
  limits: AttemptLimits;
}

/** Tries all alternatives in parallel, without credentials. Returns the best one first. */
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
      // A login would require TLS, but this attempt has no credentials, so require it explicitly.
      const requireTLS =
        patched.requireTLS ?? (login !== undefined && !patched.secure && !isLoopbackHost(patched.host));
      const how = inWords(patch, server);
      let ehlo = '';
      try {
        const session = await attemptConnection({ ...patched, requireTLS }, undefined, limits, {
          onReply: (stage, reply) => {
            if (stage === 'ehlo' && reply.startsWith('250')) ehlo = reply; // ignores the later 221
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
        message: `${how}: ${works ? 'works' : 'does not offer a login mechanism that this config supports'}`,
      };
    }),
  );
}

/** The hint for an alternative. */
export function adviseAlternative({ patch }: Alternative, server: ServerConfig): string {
  if (patch.tls)
    return 'A connection on this machine does not need a verified certificate. Set "tls": { "rejectUnauthorized": false }.';
  const how = inWords(patch, server);
  const written = Object.entries(patch).filter(([, value]) => value !== null);
  if (written.length === 0) return `It works ${how}. Remove it.`;
  const keys = written.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const removal = patch.ignoreTLS === null ? ', and remove ignoreTLS' : '';
  return `It works on ${how}. Set ${keys.join(', ')}${removal}.`;
}
