import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { showToast } from './toasts';

interface CopyButtonProps {
  readonly text: string;
  /** The action: "Copy code". */
  readonly label: string;
  /** Whether the label is visible. @default false */
  readonly withLabel?: boolean;
}

const CONFIRMED_FOR = 2000;

export function CopyButton({ text, label, withLabel = false }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      showToast({
        kind: 'failed',
        text: 'The browser blocked access to the clipboard.',
        hint: 'Select the text and copy it manually.',
      });
    }
  };
  const icon = isCopied ? <Check size="1em" aria-hidden /> : <Copy size="1em" aria-hidden />;
  const words = isCopied ? 'Copied' : label;
  return withLabel ? (
    <Button variant="default" leftSection={icon} onClick={copy}>
      {words}
    </Button>
  ) : (
    <Tooltip label={words}>
      <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={words} onClick={copy}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
