/** A box to check. `mixed`: some of what it stands for is checked. */
import { useEffect, useRef } from 'preact/hooks';

export interface CheckProps {
  /** Read by assistive technology where no visible label stands around the box. */
  readonly label?: string;
  readonly checked: boolean;
  readonly mixed?: boolean;
  readonly disabled?: boolean;
  /** `extend`: Shift was held, so everything since the last box is meant. */
  readonly onChange: (checked: boolean, extend: boolean) => void;
}

export function Check({ label, checked, mixed = false, disabled = false, onChange }: CheckProps) {
  const box = useRef<HTMLInputElement>(null);
  const shift = useRef(false);
  useEffect(() => {
    if (box.current) box.current.indeterminate = mixed;
  }, [mixed]);
  return (
    <input
      ref={box}
      class="check"
      type="checkbox"
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onClick={(event) => {
        shift.current = event.shiftKey;
      }}
      onChange={(event) => onChange(event.currentTarget.checked, shift.current)}
    />
  );
}
