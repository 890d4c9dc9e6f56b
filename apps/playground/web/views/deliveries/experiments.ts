import type { EnqueueRequest } from '../../../src/wire/delivery';
import type { FaultName, ServerName, SetFaultRequest } from '../../../src/wire/server';
import { call } from '../../api';

/** Something to try: what breaks, what is sent into it, and what one sees then. */
export interface Experiment {
  readonly title: string;
  readonly watch: string;
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
    watch: 'The primary goes down under 20 emails: the backup takes over.',
    faults: [{ server: 'primary', fault: 'down' }],
    emails: [{ count: 20 }],
  },
  {
    title: 'Greylisting',
    watch: 'The primary says “come back later” twice: the queue does.',
    faults: [{ server: 'primary', fault: 'greylist', times: 2 }],
    emails: [{}],
  },
  {
    title: 'Lost after the dot',
    watch: 'Did the server take it? A code goes out again, an invitation waits for you.',
    faults: [{ server: 'primary', fault: 'reset', times: 2 }],
    emails: [{}, { type: 'OrganizationInvitation' }],
  },
  {
    title: 'Slow server',
    watch: 'The primary replies byte by byte: look at the latency.',
    faults: [{ server: 'primary', fault: 'slow', times: 5 }],
    emails: [{ count: 10 }],
  },
  {
    title: 'Deadline',
    watch: 'Greylisted for good, with three seconds to live: it expires.',
    faults: [{ server: 'primary', fault: 'greylist' }],
    emails: [{ expiresInMs: 3000 }],
  },
  {
    title: 'Burst',
    watch: 'Everything works, and 100 people sign in at once.',
    faults: [],
    emails: [{ count: 100 }],
  },
];

/** Mends everything first, so that one sees this experiment alone. */
export async function run({ faults, emails }: Experiment): Promise<void> {
  await call('/servers/faults', { method: 'DELETE' });
  for (const { server, fault, times } of faults) {
    const body: SetFaultRequest = { isOn: true, ...(times !== undefined && { times }) };
    await call(`/servers/${server}/faults/${fault}`, { method: 'PUT', body });
  }
  for (const body of emails) await call('/deliveries', { body });
}
