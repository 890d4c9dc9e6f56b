import { Button, type ButtonProps, Popover } from '@mantine/core';
import { useState } from 'react';
import styles from './confirm-button.module.css';

interface ConfirmButtonProps extends Pick<ButtonProps, 'disabled' | 'leftSection' | 'size' | 'variant'> {
  readonly label: string;
  readonly question: string;
  /** What the second button says: the deed, not "OK". */
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
}

/** For what can't be undone: asks once more, where it was clicked. */
export function ConfirmButton({ label, question, confirmLabel, onConfirm, ...button }: ConfirmButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" {...button} onClick={() => setOpen(!isOpen)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={styles.question}>
        <p>{question}</p>
        <Button
          size="xs"
          color="brick"
          onClick={() => {
            setOpen(false);
            onConfirm();
          }}
        >
          {confirmLabel}
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen(false)}>
          Keep
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
