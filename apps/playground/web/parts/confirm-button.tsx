import { Button, type ButtonProps, Group, Popover } from '@mantine/core';
import { useState } from 'react';

interface ConfirmButtonProps extends Pick<ButtonProps, 'disabled' | 'leftSection' | 'size' | 'variant'> {
  readonly label: string;
  readonly question: string;
  /** The action, not "OK". */
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
}

/** Asks for confirmation before an action that cannot be undone. */
export function ConfirmButton({ label, question, confirmLabel, onConfirm, ...button }: ConfirmButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" {...button} onClick={() => setOpen(!isOpen)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="18rem">
        <p>{question}</p>
        <Group gap="xs" mt="xs">
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
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
