import type { Diagnosis, DiagnosisStep } from '@postern/transport-smtp';
import { z } from 'zod';
import type { Problem } from './problem.js';

/**
 * `POST /api/doctor`: walks the delivery path with the config under edit, and sends nothing. The answer is NDJSON
 * (`application/x-ndjson`), one {@link DoctorLine} per line as it happens. Closing the connection cancels it.
 */
export const doctorRequestSchema = z.object({
  /** The config under edit. @default the one that is running */
  text: z.string().optional(),
  /** Ask the server whether it takes mail for this address. */
  to: z.string().optional(),
  /** Hosts out there that it may connect to; the DNS is then asked about the sender's domain, too. @default none */
  allowHosts: z.array(z.string()).max(10).default([]),
});
export type DoctorRequest = z.input<typeof doctorRequestSchema>;

export type DoctorLine =
  /** The steps that are to come, for a list that fills up. */
  | { readonly type: 'begin'; readonly steps: readonly DiagnosisStep['name'][] }
  | { readonly type: 'step'; readonly step: DiagnosisStep }
  | { readonly type: 'end'; readonly diagnosis: Omit<Diagnosis, 'steps'> }
  /** It could not go on, e.g. `to` is no address. */
  | { readonly type: 'problem'; readonly problem: Problem };
