/**
 * The step of the SMTP dialogue at which a fault occurs.
 *
 * `connect`: the TCP connection, before TLS and the greeting. `greeting`: the `220` line. `ehlo`, `starttls`, `auth`,
 * `mail`, `rcpt`, `data`: the reply to that command (`ehlo` includes HELO). `delivery`: the reply after the final dot.
 */
export type FaultStage =
  | 'connect'
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'delivery';

/**
 * The kind of fault.
 *
 * `reset`: closes the connection with a TCP RST. `stall`: never replies. `4xx`, `5xx`: refuses the command. `garbage`: sends
 * a line that is not an SMTP reply. `drip`: sends the correct reply, one byte at a time.
 */
export type FaultKind = 'reset' | 'stall' | '4xx' | '5xx' | 'garbage' | 'drip';

interface FaultScope {
  /** The step at which it occurs. */
  at: FaultStage;
  /**
   * The maximum number of occurrences.
   * @default Infinity
   */
  times?: number | undefined;
  /** Affects only the nth connection of the trap, counted from 1. */
  connection?: number | undefined;
  /**
   * Affects only the nth mail transaction of the trap, counted from 1. Every `MAIL` command starts one. For the stages
   * `mail`, `rcpt`, `data`, and `delivery`.
   */
  message?: number | undefined;
}

/** A failure to inject into an SMTP dialogue. */
export type Fault = FaultScope &
  (
    | { kind: 'reset' | 'stall' | 'garbage' }
    | {
        kind: '4xx' | '5xx';
        /**
         * The complete reply, such as `535 5.7.8 Username and Password not accepted`.
         * @default a common reply at that stage
         */
        reply?: string | undefined;
      }
    | {
        kind: 'drip';
        /**
         * The time between two bytes, in milliseconds.
         * @default 1000
         */
        intervalMs?: number | undefined;
      }
  );

/** How a connection injects a fault. */
export type FaultAction =
  | { kind: 'reset' }
  | { kind: 'stall' }
  | { kind: 'garbage'; bytes: Buffer }
  | { kind: 'refuse'; reply: string }
  | { kind: 'drip'; intervalMs: number };

/** Looks like a TLS alert followed by text, so that no SMTP client can mistake it for a reply. */
const GARBAGE = Buffer.from('\x15\x03\x01\x00\x02\x02\x28\xff\xfe not an SMTP reply\r\n', 'latin1');

const TEMPORARY: Partial<Record<FaultStage, string>> = {
  greeting: '421 4.3.2 Service not available, try again later',
  starttls: '454 4.7.0 TLS not available due to temporary reason',
  auth: '454 4.7.0 Temporary authentication failure',
};

const PERMANENT: Partial<Record<FaultStage, string>> = {
  greeting: '554 5.3.2 No SMTP service here',
  ehlo: '502 5.5.1 Command not implemented',
  starttls: '502 5.5.1 Command not implemented',
  auth: '535 5.7.8 Username and Password not accepted',
  rcpt: '550 5.1.1 Mailbox unavailable',
  data: '554 5.5.1 No valid recipients',
  delivery: '554 5.7.1 Message rejected',
};

const TRANSACTION_STAGES: readonly FaultStage[] = ['mail', 'rcpt', 'data', 'delivery'];

/** A fault with its defaults filled in. */
export interface ResolvedFault {
  readonly at: FaultStage;
  readonly times: number;
  readonly connection?: number | undefined;
  readonly message?: number | undefined;
  readonly action: FaultAction;
}

/**
 * Checks a fault and fills in its defaults.
 * @throws TypeError for a combination that can never occur, or for a reply code of another class.
 */
export function resolveFault(fault: Fault): ResolvedFault {
  // At `connect`, the only reply to refuse or drip is the greeting.
  const speaks = fault.kind === '4xx' || fault.kind === '5xx' || fault.kind === 'drip';
  const at = fault.at === 'connect' && speaks ? 'greeting' : fault.at;
  if (fault.message !== undefined && !TRANSACTION_STAGES.includes(at)) {
    throw new TypeError(
      `A fault at '${at}' occurs before any message: use 'connection' instead of 'message'.`,
    );
  }
  return {
    at,
    times: fault.times ?? Number.POSITIVE_INFINITY,
    ...(fault.connection !== undefined && { connection: fault.connection }),
    ...(fault.message !== undefined && { message: fault.message }),
    action: actionOf(fault, at),
  };
}

function actionOf(fault: Fault, at: FaultStage): FaultAction {
  switch (fault.kind) {
    case 'reset':
    case 'stall':
      return { kind: fault.kind };
    case 'garbage':
      return { kind: 'garbage', bytes: GARBAGE };
    case 'drip':
      return { kind: 'drip', intervalMs: fault.intervalMs ?? 1000 };
    case '4xx':
    case '5xx':
      return { kind: 'refuse', reply: replyOf(fault.kind, fault.reply, at) };
  }
}

function replyOf(kind: '4xx' | '5xx', reply: string | undefined, at: FaultStage): string {
  if (reply === undefined) {
    return kind === '4xx'
      ? (TEMPORARY[at] ?? '451 4.3.0 Requested action aborted, try again later')
      : (PERMANENT[at] ?? '550 5.7.1 Requested action not taken');
  }
  if (!/^[45]\d\d(?:[ -]|$)/.test(reply) || reply[0] !== kind[0]) {
    throw new TypeError(
      `The reply of a ${kind} fault must have a ${kind} code, not ${JSON.stringify(reply)}.`,
    );
  }
  return reply;
}
