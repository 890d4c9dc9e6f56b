import '@fontsource-variable/atkinson-hyperlegible-mono/wght.css';
import '@fontsource-variable/inter/wght.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { ApiError } from './api';
import { openEventStream } from './live';
import { styleNonce } from './page-settings';
import { App } from './shell/app';
import './styles/mantine.css';
import { cssVariables, theme } from './theme';

const colorScheme = localStorageColorSchemeManager({ key: 'postern-color-scheme' });

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events report changes.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.problem.status === 0,
    },
  },
});

openEventStream(queries);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce}
    >
      <QueryClientProvider client={queries}>
        <Router hook={useHashLocation}>
          <App />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
