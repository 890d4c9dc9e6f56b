import type { EnqueueRequest } from '../../../src/wire/delivery';
import type { FaultName, ServerName, SetFaultRequest } from '../../../src/wire/server';
import { call } from '../../api';

/** Faults, and emails to send while they last. */
export interface Experiment {
  readonly title: string;
  readonly summary: string;
  readonly faults: readonly {
    readonly server: ServerName;
    readonly fault: FaultName;
    readonly times?: number;
  }[];
  readonly emails: readonly EnqueueRequest[];
}

export const EXPERIMENTS: readonly Experiment[] = [
  {
    title: 'Failover',
    summary: 'The primary is down. The backup takes over for 20 emails.',
    faults: [{ server: 'primary', fault: 'down' }],
    emails: [{ count: 20 }],
  },
  {
    title: 'Greylisting',
    summary: 'The primary replies “try again later” twice. The queue retries.',
    faults: [{ server: 'primary', fault: 'greylist', times: 2 }],
    emails: [{}],
  },
  {
    title: 'Lost connection',
    summary:
      'The connection drops after the message is sent. Codes are sent again. Invitations wait for your decision.',
    faults: [{ server: 'primary', fault: 'reset', times: 2 }],
    emails: [{}, { type: 'OrganizationInvitation' }],
  },
  {
    title: 'Slow server',
    summary: 'The primary replies byte by byte. The latency rises.',
    faults: [{ server: 'primary', fault: 'slow', times: 5 }],
    emails: [{ count: 10 }],
  },
  {
    title: 'Deadline',
    summary: 'The primary keeps greylisting. The email expires after three seconds.',
    faults: [{ server: 'primary', fault: 'greylist' }],
    emails: [{ expiresInMs: 3000 }],
  },
  {
    title: 'Burst',
    summary: 'Both servers work. 100 people sign in at the same time.',
    faults: [],
    emails: [{ count: 100 }],
  },
];

/** Clears all faults first, so that experiments do not mix. */
export async function run({ faults, emails }: Experiment): Promise<void> {
  await call('/servers/faults', { method: 'DELETE' });
  for (const { server, fault, times } of faults) {
    const body: SetFaultRequest = { isOn: true, ...(times !== undefined && { times }) };
    await call(`/servers/${server}/faults/${fault}`, { method: 'PUT', body });
  }
  for (const body of emails) await call('/deliveries', { body });
}
