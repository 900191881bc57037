/** Messages that float over free space. One is shown at a time; it goes by itself, and waits while it is used. */
import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { parts as texts } from '../texts/parts.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface Toast {
  readonly text: string;
  readonly failed?: boolean;
  /** Takes back what was done. The toast goes first. */
  readonly undo?: () => void;
  /** Called once when the toast is gone without Undo: what was delayed is done now. `isLeaving`: the page is closed or reloaded. */
  readonly gone?: (isLeaving: boolean) => Promise<void>;
}

/** Long enough to read it and to reach Undo by keyboard. */
const SHOWN_MS = 8_000;

const current = signal<Toast | undefined>(undefined);

/** Shows a message in place of the last one, whose delayed action is done. */
export function toast(message: Toast): void {
  const last = current.peek();
  current.value = message;
  doIt(last);
}

/** Removes the message; `undone` where Undo was pressed. */
export function dismissToast(message: Toast, undone = false): void {
  if (current.peek() !== message) return;
  current.value = undefined;
  if (undone) message.undo?.();
  else doIt(message);
}

/** Delayed actions that are being done. */
const underWay = new Set<Promise<void>>();

function doIt(message: Toast | undefined, isLeaving = false): void {
  const doing = message?.gone?.(isLeaving);
  if (!doing) return;
  underWay.add(doing);
  void doing.finally(() => underWay.delete(doing));
}

/** Does at once what the message delays. Resolves when no delayed action is being done any more. */
export async function doDelayed(): Promise<void> {
  const message = current.peek();
  if (message) dismissToast(message);
  await Promise.allSettled(underWay);
}

/** A delayed action is not lost when the page is closed or reloaded. */
addEventListener('pagehide', () => {
  const message = current.peek();
  current.value = undefined;
  doIt(message, true);
});

/** Part of the frame, so that its live region exists before the first message. */
export function Toasts() {
  const message = current.value;
  const before = useRef<EventTarget | null>(null);
  // A message that goes with the focus in it gives the focus back, as a dialog does.
  useLayoutEffect(() => {
    const isLost = document.activeElement === document.body;
    if (isLost && before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    before.current = null;
  }, [message]);
  const note = (event: FocusEvent & { readonly currentTarget: HTMLElement }) => {
    const { relatedTarget: from, currentTarget: toasts } = event;
    if (!(from instanceof Node && toasts.contains(from))) before.current = from;
  };
  return (
    <div class="toasts" role="status" aria-label={texts.messages} onFocusIn={note}>
      {message && <ToastView key={message.text} message={message} />}
    </div>
  );
}

function ToastView({ message }: { message: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(message), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message, held]);
  const hold = () => setHeld(true);
  const release = () => setHeld(false);
  return (
    <ToastBox
      message={message}
      onHold={hold}
      onRelease={release}
      onUndo={() => dismissToast(message, true)}
      onDismiss={() => dismissToast(message)}
    />
  );
}

interface ToastBoxProps {
  readonly message: Toast;
  readonly onUndo: () => void;
  readonly onDismiss: () => void;
  readonly onHold?: () => void;
  readonly onRelease?: () => void;
}

/** The look of a message. */
export function ToastBox({ message, onUndo, onDismiss, onHold, onRelease }: ToastBoxProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer and the focus inside hold the message, they do not act
    <div
      class="toast"
      data-state={message.failed ? 'failed' : undefined}
      onMouseEnter={onHold}
      onMouseLeave={onRelease}
      onFocusIn={onHold}
      onFocusOut={onRelease}
    >
      {message.failed && <Icon name="alert" />}
      <span>{message.text}</span>
      {message.undo && (
        <Button kind="plain" small onClick={onUndo}>
          {texts.undo}
        </Button>
      )}
      <Button kind="plain" small icon="x" class="push" aria-label={texts.dismiss} onClick={onDismiss} />
    </div>
  );
}
