import { Button } from '@mantine/core';
import { ShieldCheck } from 'lucide-react';
import type { RunningConfig } from '../../../src/wire/config';
import styles from './config.module.css';

interface WithheldHostsProps {
  readonly running: RunningConfig;
  readonly onAllow: (hosts: readonly string[]) => void;
}

/** Nothing leaves the machine unless told to: here it is told. */
export function WithheldHosts({ running: { withheldHosts }, onAllow }: WithheldHostsProps) {
  if (withheldHosts === undefined) return null;
  const hosts = withheldHosts.join(' and ');
  return (
    <div className={styles.withheld} role="status">
      <ShieldCheck aria-hidden />
      <p>
        <strong>Its emails stay on this machine.</strong> The sender and the templates are used; {hosts} is
        not connected to.
      </p>
      <Button size="xs" variant="default" onClick={() => onAllow(withheldHosts)}>
        Really send through {hosts}
      </Button>
    </div>
  );
}
