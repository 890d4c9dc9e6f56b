import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useState } from 'react';
import { MailFrame } from '../../parts/mail-frame';
import styles from './email-html.module.css';

interface EmailHtmlProps {
  readonly url: string;
  readonly remoteHosts: readonly string[];
}

const PHONE = 375;

/** The html as mail apps show it: wide or on a phone, light or dark, and with images only if one wants them. */
export function EmailHtml({ url, remoteHosts }: EmailHtmlProps) {
  const ofPage = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const [chosenScheme, setScheme] = useState<'light' | 'dark'>();
  const scheme = chosenScheme ?? ofPage;
  const [screen, setScreen] = useState<'wide' | 'phone'>('wide');
  const [isRemoteAllowed, setRemoteAllowed] = useState(false);
  const query = new URLSearchParams({ scheme, ...(isRemoteAllowed && { remote: '1' }) });
  return (
    <>
      <div className={styles.controls}>
        <SegmentedControl
          size="xs"
          aria-label="Colours of the mail app"
          value={scheme}
          onChange={setScheme}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label="Screen"
          value={screen}
          onChange={setScreen}
          data={[
            { value: 'wide', label: 'Wide' },
            { value: 'phone', label: 'Phone' },
          ]}
        />
        {remoteHosts.length > 0 && !isRemoteAllowed && (
          <p className={styles.remote}>
            Blocked: {remoteHosts.join(', ')}
            <Button variant="subtle" size="compact-xs" onClick={() => setRemoteAllowed(true)}>
              Load anyway
            </Button>
          </p>
        )}
      </div>
      <MailFrame
        src={`${url}?${query}`}
        title="The email"
        width={screen === 'phone' ? PHONE : undefined}
        colorScheme={scheme}
      />
    </>
  );
}
