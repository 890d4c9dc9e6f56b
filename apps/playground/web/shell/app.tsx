import { Loader } from '@mantine/core';
import { Suspense, useRef } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Toasts } from '../parts/toasts';
import styles from './app.module.css';
import { ErrorBoundary } from './error-boundary';
import { Navigation } from './navigation';
import { PAGES } from './pages';

export function App() {
  const main = useRef<HTMLElement>(null);
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Navigation />
      <main className={styles.main} ref={main} tabIndex={-1}>
        <Switch>
          {PAGES.map(({ path, View }) => (
            <Route key={path} path={`${path}/*?`}>
              <ErrorBoundary>
                <Suspense fallback={<Loader className={styles.loader} aria-label="Loading" />}>
                  <View />
                </Suspense>
              </ErrorBoundary>
            </Route>
          ))}
          <Route>
            <Redirect to="/compose" replace />
          </Route>
        </Switch>
      </main>
      <Toasts />
    </div>
  );
}
