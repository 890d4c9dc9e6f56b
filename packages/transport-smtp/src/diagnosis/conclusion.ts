import type { Diagnosis, DiagnosisStep } from './diagnosis.js';

/** The result of a diagnosis with these steps. */
export function conclude(
  steps: readonly DiagnosisStep[],
  provider: string | undefined,
  durationMs: number,
): Diagnosis {
  const failed = steps.find(({ status }) => status === 'failed');
  const problem = failed?.problems[0];
  return {
    verdict: !failed ? 'ready' : problem?.temporary ? 'temporary' : 'broken',
    ...(provider !== undefined && { provider }),
    steps,
    ...(problem && { problem }),
    durationMs,
  };
}
