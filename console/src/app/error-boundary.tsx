/** What stands in place of a screen that threw. */
import { Component, type ComponentChildren } from 'preact';
import { Button } from '../parts/button.tsx';
import { shell } from '../texts.ts';

interface Props {
  readonly children?: ComponentChildren;
}

export class ErrorBoundary extends Component<Props, { failure: unknown }> {
  override state = { failure: undefined as unknown };

  static override getDerivedStateFromError(failure: unknown) {
    return { failure };
  }

  override componentDidCatch(error: unknown) {
    // For the person who reports it: the browser's console has the place in the code.
    reportError(error);
  }

  override render() {
    if (this.state.failure === undefined) return this.props.children;
    const { title, text, action } = shell.broken;
    return (
      <div class="screen">
        <div class="empty" role="alert">
          <h1>{title}</h1>
          <p>{text}</p>
          <Button onClick={() => location.reload()}>{action}</Button>
        </div>
      </div>
    );
  }
}
