import type { Diagnosis, DiagnosisStep } from '@postern/transport-smtp';
import { z } from 'zod';
import type { Problem } from './problem.js';

/**
 * `POST /api/doctor`: checks each step of the delivery path, and sends nothing. The response is NDJSON with one
 * {@link DoctorLine} per line. Closing the connection cancels the check.
 */
export const doctorRequestSchema = z.object({
  /** The config to check. @default the running config */
  text: z.string().optional(),
  /** Checks whether the server accepts this recipient. */
  to: z.string().optional(),
  /**
   * Remote hosts that it may connect to. If set, it also queries DNS for the sender's domain. @default none
   */
  allowHosts: z.array(z.string()).max(10).default([]),
});

export type DoctorLine =
  /** The steps to expect. */
  | { readonly type: 'begin'; readonly steps: readonly DiagnosisStep['name'][] }
  | { readonly type: 'step'; readonly step: DiagnosisStep }
  | { readonly type: 'end'; readonly diagnosis: Omit<Diagnosis, 'steps'> }
  /** The check failed. For example, `to` is not a valid address. */
  | { readonly type: 'problem'; readonly problem: Problem };
