import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { type PropsWithChildren, useState } from 'react';
import styles from './email-frame.module.css';

interface EmailFrameProps {
  /** The server sends the HTML with a policy for emails. A `srcdoc` would get the policy of this page. */
  readonly url: string;
  readonly title: string;
  /** Hosts that the email would load content from. */
  readonly remoteHosts?: readonly string[];
}

type Scheme = 'light' | 'dark';
type Screen = 'wide' | 'phone';

/** In pixels. */
const PHONE_WIDTH = 375;

/** The HTML of an email as mail apps show it. It runs no scripts, and loads images only after you allow them. */
export function EmailFrame({ url, title, remoteHosts = [], children }: PropsWithChildren<EmailFrameProps>) {
  const pageScheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const [chosenScheme, setScheme] = useState<Scheme>();
  const [screen, setScreen] = useState<Screen>('wide');
  const [isRemoteAllowed, setRemoteAllowed] = useState(false);
  const scheme = chosenScheme ?? pageScheme;
  const src = `${url}?${new URLSearchParams({ scheme, ...(isRemoteAllowed && { remote: '1' }) })}`;
  return (
    <>
      <div className={styles.controls}>
        <SegmentedControl<Scheme>
          size="xs"
          aria-label="Mail app colors"
          value={scheme}
          onChange={setScheme}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <SegmentedControl<Screen>
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
          <p className={styles.note}>
            Blocked: {remoteHosts.join(', ')}
            <Button variant="subtle" size="compact-xs" onClick={() => setRemoteAllowed(true)}>
              Load anyway
            </Button>
          </p>
        )}
        {children}
      </div>
      <div className={styles.stage}>
        {/* A frame that navigates would add entries to the history. A new frame does not. */}
        <iframe
          key={src}
          sandbox=""
          referrerPolicy="no-referrer"
          src={src}
          title={title}
          style={{ colorScheme: scheme, ...(screen === 'phone' && { width: PHONE_WIDTH }) }}
        />
      </div>
    </>
  );
}
