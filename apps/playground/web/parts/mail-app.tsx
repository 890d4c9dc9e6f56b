import { SegmentedControl } from '@mantine/core';

export type MailAppScheme = 'light' | 'dark';
export type MailAppScreen = 'wide' | 'phone';

/** How wide an email is shown, in pixels; as wide as there is room where it says nothing. */
export const SCREEN_WIDTH: Readonly<Record<MailAppScreen, number | undefined>> = {
  wide: undefined,
  phone: 375,
};

interface MailAppControlsProps {
  readonly scheme: MailAppScheme;
  readonly onScheme: (scheme: MailAppScheme) => void;
  readonly screen: MailAppScreen;
  readonly onScreen: (screen: MailAppScreen) => void;
}

/** What kind of mail app an email is looked at in: light or dark, wide or on a phone. */
export function MailAppControls({ scheme, onScheme, screen, onScreen }: MailAppControlsProps) {
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Colors of the mail app"
        value={scheme}
        onChange={onScheme}
        data={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label="Screen"
        value={screen}
        onChange={onScreen}
        data={[
          { value: 'wide', label: 'Wide' },
          { value: 'phone', label: 'Phone' },
        ]}
      />
    </>
  );
}
