import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core';
import { type LucideIcon, Moon, Sun, SunMoon } from 'lucide-react';

const SCHEMES: Record<MantineColorScheme, { words: string; icon: LucideIcon; next: MantineColorScheme }> = {
  auto: { words: 'system', icon: SunMoon, next: 'light' },
  light: { words: 'light', icon: Sun, next: 'dark' },
  dark: { words: 'dark', icon: Moon, next: 'auto' },
};

export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { words, icon: Icon, next } = SCHEMES[colorScheme];
  const label = `Colors: ${words}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="inherit"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(next)}
      >
        <Icon size={18} strokeWidth={1.75} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
