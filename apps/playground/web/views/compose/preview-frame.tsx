import { useState } from 'react';
import { MailAppControls, type MailAppScheme, type MailAppScreen, SCREEN_WIDTH } from '../../parts/mail-app';
import { MailFrame } from '../../parts/mail-frame';
import styles from './compose.module.css';

interface PreviewFrameProps {
  readonly url: string;
  /** Bytes of the html. */
  readonly size: number | undefined;
}

/** Gmail cuts off what is larger, and a code at the end of it. */
const CLIPPED = 102 * 1024;

const formatSize = (bytes: number) => (bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`);

export function PreviewFrame({ url, size = 0 }: PreviewFrameProps) {
  const [scheme, setScheme] = useState<MailAppScheme>('light');
  const [screen, setScreen] = useState<MailAppScreen>('wide');
  const src = `${url}?scheme=${scheme}`;
  return (
    <>
      <div className={styles.bar}>
        <MailAppControls scheme={scheme} onScheme={setScheme} screen={screen} onScreen={setScreen} />
        <p className={styles.size} data-large={size > CLIPPED || undefined}>
          {formatSize(size)}
          {size > CLIPPED && ': Gmail cuts it off at 102 KB'}
        </p>
      </div>
      {/* A frame that goes to another address would fill up the history, and "back" would lead nowhere. */}
      <MailFrame
        key={src}
        src={src}
        title="Preview of the email"
        width={SCREEN_WIDTH[screen]}
        colorScheme={scheme}
      />
    </>
  );
}
