/** A column beside the content on a wide screen; under 1000 px a sheet from below that is opened by a button. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface SheetProps {
  readonly id: string;
  readonly label: string;
  /** Whether the sheet is open on a narrow screen; a wide one always shows the column. */
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Sheet({ id, label, open, onClose, children }: SheetProps) {
  const sheet = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!open) return;
    const opener = document.activeElement;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    };
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !sheet.current?.contains(event.target) && event.target !== opener) onClose();
    };
    addEventListener('keydown', onKey);
    addEventListener('pointerdown', onPointer);
    sheet.current?.querySelector<HTMLElement>('input, button, select')?.focus();
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('pointerdown', onPointer);
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [open]);
  return (
    <form
      ref={sheet}
      id={id}
      class="facets"
      aria-label={label}
      data-open={open ? '' : undefined}
      onSubmit={(event) => event.preventDefault()}
    >
      {children}
    </form>
  );
}
