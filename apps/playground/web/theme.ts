import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const verdigris: MantineColorsTuple = [
  '#e3f1ec',
  '#cbe6dc',
  '#a2d6c7',
  '#84d4c0',
  '#6ccdb5',
  '#2a9a80',
  '#158069',
  '#0b6a57',
  '#085546',
  '#043e33',
];

const brick: MantineColorsTuple = [
  '#fbece7',
  '#f6d6cc',
  '#ffb9a8',
  '#ffab97',
  '#ff9c86',
  '#d65a3f',
  '#c23f24',
  '#a93018',
  '#8a2612',
  '#671b0c',
];

const amber: MantineColorsTuple = [
  '#faf1de',
  '#f2e0b8',
  '#efcf8f',
  '#eac276',
  '#e6b45c',
  '#b07a16',
  '#966400',
  '#7d5200',
  '#644100',
  '#4a3000',
];

export const theme = createTheme({
  colors: { verdigris, brick, amber },
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 4 },
  // Filled colors are light in dark mode, and dark in light mode.
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === 'filled' && { color: 'var(--on-accent)' }),
  }),
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontFamily: 'var(--sans)', fontWeight: '620' },
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.9375rem', lg: '1.125rem', xl: '1.375rem' },
  defaultRadius: 'var(--radius-small)',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Mantine uses the neutral colors of the page, so that there is one palette. */
export const cssVariables: CSSVariablesResolver = () => {
  const neutrals = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-bright': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-placeholder': 'var(--muted)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-disabled': 'color-mix(in srgb, var(--ink) 8%, transparent)',
    '--mantine-color-disabled-color': 'var(--muted)',
    '--mantine-color-disabled-border': 'var(--line)',
  };
  return { variables: {}, light: neutrals, dark: neutrals };
};
