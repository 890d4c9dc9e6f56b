import styles from './mail-frame.module.css';

interface MailFrameProps {
  /** Where the server has the html, with a policy of its own. A `srcdoc` would get the policy of this page. */
  readonly src: string;
  readonly title: string;
  /** Of the frame in pixels, as a phone or a reading pane has it. @default all there is */
  readonly width?: number | undefined;
  /** What the email is told that its reader prefers. @default what the page shows */
  readonly colorScheme?: 'light' | 'dark' | undefined;
}

/** The html of an email: no scripts, no forms, no windows, an origin of its own. */
export function MailFrame({ src, title, width, colorScheme }: MailFrameProps) {
  return (
    <div className={styles.stage}>
      <iframe
        className={styles.frame}
        sandbox=""
        referrerPolicy="no-referrer"
        src={src}
        title={title}
        style={{ colorScheme, ...(width !== undefined && { width }) }}
      />
    </div>
  );
}
