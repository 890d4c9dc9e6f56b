import { LONGEST_TIMER_MS } from '@postern/core';
import {
  type FaultHandle,
  type ReceivedEmail,
  type SmtpTrap,
  startSmtpTrap,
  type TrapAuth,
  type Fault as TrapFault,
} from '@postern/testing';
import {
  FAULT_NAMES,
  type Fault,
  type FaultName,
  type MailServer,
  SERVER_NAMES,
  type ServerName,
} from './wire/server.js';

/** The playground's mail servers: traps that keep all emails, and that can simulate faults. */
export interface MailServers {
  /** PEM. Both servers use it. */
  readonly certificate: string;
  /** The address stays the same while the server is down. */
  addressOf(server: ServerName): { readonly host: string; readonly port: number };
  list(): readonly MailServer[];
  setFault(
    server: ServerName,
    fault: FaultName,
    setting: { isOn: boolean; times?: number | undefined },
  ): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

export interface MailServersOptions {
  readonly auth: TrapAuth;
  onEmail(server: ServerName, email: ReceivedEmail): void;
  /** Called when a fault occurs or a server accepts an email, from any program. */
  onChange(): void;
}

/** The pause between two bytes, in milliseconds. A reply takes about two seconds. */
const SLOW_INTERVAL = 60;

const TRAP_FAULTS: Readonly<Record<Exclude<FaultName, 'down'>, TrapFault>> = {
  greylist: { at: 'rcpt', kind: '4xx', reply: '450 4.7.1 Greylisted, try again later' },
  reset: { at: 'delivery', kind: 'reset' },
  slow: { at: 'delivery', kind: 'drip', intervalMs: SLOW_INTERVAL },
};

/** Starts the servers on free ports. */
export async function startMailServers(options: MailServersOptions): Promise<MailServers> {
  const servers = await Promise.all(SERVER_NAMES.map((name) => startServer(name, options)));
  const find = (name: ServerName) => servers[SERVER_NAMES.indexOf(name)] as Server; // there is one per name
  return {
    certificate: find('primary').certificate,
    addressOf: (name) => find(name).address,
    list: () => servers.map((server) => server.describe()),
    setFault: (server, fault, setting) => find(server).setFault(fault, setting),
    async clearFaults() {
      await Promise.all(
        servers.flatMap((server) => FAULT_NAMES.map((fault) => server.setFault(fault, { isOn: false }))),
      );
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** Waits for each event until the trap closes. */
async function tellEach(next: (timeoutMs: number) => Promise<unknown>, tell: () => void): Promise<void> {
  try {
    for (;;) {
      await next(LONGEST_TIMER_MS);
      tell();
    }
  } catch {
    // The trap is closed.
  }
}

interface Server {
  readonly certificate: string;
  readonly address: { readonly host: string; readonly port: number };
  describe(): MailServer;
  setFault(fault: FaultName, setting: { isOn: boolean; times?: number | undefined }): Promise<void>;
  close(): Promise<void>;
}

async function startServer(
  name: ServerName,
  { auth, onEmail, onChange }: MailServersOptions,
): Promise<Server> {
  const start = async (port: number): Promise<SmtpTrap> => {
    const trap = await startSmtpTrap({ auth, port });
    trap.inbox.onEmail((email) => {
      // The playground keeps its own copy.
      trap.inbox.clear();
      onEmail(name, email);
    });
    void tellEach((timeoutMs) => {
      const { messages } = trap.stats;
      return trap.waitUntil((stats) => stats.messages > messages, { timeoutMs });
    }, onChange);
    return trap;
  };
  const first = await start(0);
  const { host, port, certificate } = first;
  let trap: SmtpTrap | undefined = first;
  /** The total of earlier traps. */
  let before = 0;
  /** Refused connections of a stopped server cannot be counted. */
  const wanted = new Map<
    Exclude<FaultName, 'down'>,
    { times: number; fired: number; handle?: FaultHandle }
  >();
  /** Serializes stops and starts. */
  let turn: Promise<void> = Promise.resolve();

  const struck = (fault: FaultName): number => {
    if (fault === 'down') return 0;
    const { fired = 0, handle } = wanted.get(fault) ?? {};
    return fired + (handle?.fired ?? 0);
  };
  const isOn = (fault: FaultName): boolean => {
    if (fault === 'down') return trap === undefined;
    const setting = wanted.get(fault);
    return setting !== undefined && struck(fault) < setting.times;
  };
  const counted = () => before + (trap?.stats.messages ?? 0);

  const strike = (fault: Exclude<FaultName, 'down'>) => {
    const setting = wanted.get(fault);
    if (!setting || !trap) return;
    const times = setting.times - setting.fired;
    if (times <= 0) return;
    setting.handle = trap.fault({ ...TRAP_FAULTS[fault], times });
    const { handle } = setting;
    void tellEach((timeoutMs) => handle.waitUntilFired(handle.fired + 1, { timeoutMs }), onChange);
  };

  async function stop(): Promise<void> {
    const stopping = trap;
    if (!stopping) return;
    before = counted();
    for (const setting of wanted.values()) {
      setting.fired += setting.handle?.fired ?? 0;
      delete setting.handle;
    }
    trap = undefined;
    await stopping.close();
  }

  async function revive(): Promise<void> {
    if (trap) return;
    trap = await start(port);
    for (const fault of wanted.keys()) strike(fault);
  }

  return {
    certificate,
    address: { host, port },
    describe: () => ({
      name,
      address: `${host}:${port}`,
      isUp: trap !== undefined,
      faults: FAULT_NAMES.map((fault): Fault => ({ name: fault, isOn: isOn(fault), struck: struck(fault) })),
      messages: counted(),
    }),
    setFault(fault, { isOn: shouldBeOn, times = Number.POSITIVE_INFINITY }) {
      if (fault === 'down') {
        // The caller of the earlier change got its error.
        turn = turn.catch(() => {}).then(shouldBeOn ? stop : revive);
        return turn;
      }
      wanted.get(fault)?.handle?.clear();
      wanted.delete(fault);
      if (shouldBeOn) {
        wanted.set(fault, { times, fired: 0 });
        strike(fault);
      }
      return Promise.resolve();
    },
    async close() {
      await turn.catch(() => {});
      await trap?.close();
    },
  };
}
