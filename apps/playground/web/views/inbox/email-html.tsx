import { Button, useComputedColorScheme } from '@mantine/core';
import { useState } from 'react';
import { MailAppControls, type MailAppScheme, type MailAppScreen, SCREEN_WIDTH } from '../../parts/mail-app';
import { MailFrame } from '../../parts/mail-frame';
import styles from './email-html.module.css';

interface EmailHtmlProps {
  readonly url: string;
  readonly remoteHosts: readonly string[];
}

/** The html as mail apps show it: wide or on a phone, light or dark, and with images only if one wants them. */
export function EmailHtml({ url, remoteHosts }: EmailHtmlProps) {
  const ofPage = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const [chosenScheme, setScheme] = useState<MailAppScheme>();
  const scheme = chosenScheme ?? ofPage;
  const [screen, setScreen] = useState<MailAppScreen>('wide');
  const [isRemoteAllowed, setRemoteAllowed] = useState(false);
  const query = new URLSearchParams({ scheme, ...(isRemoteAllowed && { remote: '1' }) });
  return (
    <>
      <div className={styles.controls}>
        <MailAppControls scheme={scheme} onScheme={setScheme} screen={screen} onScreen={setScreen} />
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
        width={SCREEN_WIDTH[screen]}
        colorScheme={scheme}
      />
    </>
  );
}
