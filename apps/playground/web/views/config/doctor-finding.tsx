import { Button } from '@mantine/core';
import type { DiagnosisProblem } from '@postern/transport-smtp';
import { useMutation } from '@tanstack/react-query';
import { Wand } from 'lucide-react';
import type { FilledConfig } from '../../../src/wire/config';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import styles from './config.module.css';

type Patch = NonNullable<DiagnosisProblem['patch']>;

interface DoctorFindingProps {
  readonly problem: DiagnosisProblem;
  /** The server reply. */
  readonly response: string | undefined;
  readonly text: string;
  readonly onPatched: (text: string) => void;
}

/** A problem, what to do about it, and the patch that fixes it, if there is one. */
export function DoctorFinding({ problem, response, text, onPatched }: DoctorFindingProps) {
  const { severity, message, hint, temporary, patch, alternatives = [] } = problem;
  const patching = useMutation({
    mutationFn: (change: Patch) => call<FilledConfig>('/config/patch', { body: { text, patch: change } }),
    onSuccess: (filled) => onPatched(filled.text),
  });
  return (
    <div className={styles.finding} data-severity={severity}>
      <p className={styles.findingHead}>{message}</p>
      {hint && <p>{hint}</p>}
      {temporary && <p>The config is not the cause. Try again later.</p>}
      {response && <code className={styles.reply}>{response}</code>}
      {alternatives.length > 0 && (
        <ul className={styles.alternatives} aria-label="Alternatives that the doctor tried">
          {alternatives.map((alternative) => (
            <li key={JSON.stringify(alternative.patch)} data-works={alternative.works || undefined}>
              {alternative.message}
            </li>
          ))}
        </ul>
      )}
      {patch && (
        <div className={styles.patch}>
          <code>{JSON.stringify(patch)}</code>
          <Button
            size="xs"
            leftSection={<Wand size={14} aria-hidden />}
            loading={patching.isPending}
            onClick={() => patching.mutate(patch)}
          >
            Apply this patch
          </Button>
        </div>
      )}
      {patching.error && <Problem error={patching.error} />}
    </div>
  );
}
