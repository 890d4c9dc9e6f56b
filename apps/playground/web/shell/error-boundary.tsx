import { Component, type PropsWithChildren } from 'react';
import { Problem } from '../parts/problem';
import { View } from '../parts/view';

/** An error in one view does not affect the others. */
export class ErrorBoundary extends Component<PropsWithChildren, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (!('error' in this.state)) return this.props.children;
    return (
      <View title="This view has an error">
        <Problem error={this.state.error} onRetry={() => window.location.reload()} />
      </View>
    );
  }
}
