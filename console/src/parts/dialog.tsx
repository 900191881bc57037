/** A modal dialog: the browser's own, which keeps the focus inside, closes by Escape and gives the focus back. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ComponentChildren;
  /** Buttons at the end, the one that acts last. */
  readonly foot?: ComponentChildren;
}

export function Dialog({ open, onClose, title, children, foot }: DialogProps) {
  const id = useId();
  const dialog = useModal(open);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog already
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose} onClick={closeOnBackdrop}>
      {open && (
        <>
          <div class="dialog__body">
            <h2 id={id}>{title}</h2>
            {children}
          </div>
          {foot !== undefined && <div class="dialog__foot">{foot}</div>}
        </>
      )}
    </dialog>
  );
}

/** Opens and closes the dialog of the reference as `open` says. */
export function useModal(open: boolean) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before what follows the closing moves the focus.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element || element.open === open) return;
    if (open) element.showModal();
    else element.close();
  }, [open]);
  return dialog;
}

export function closeOnBackdrop(event: MouseEvent & { readonly currentTarget: HTMLDialogElement }): void {
  if (event.target === event.currentTarget) event.currentTarget.close();
}
