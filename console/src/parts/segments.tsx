/** One choice of a few that stand side by side. */
import type { ComponentChildren } from 'preact';

export interface SegmentsProps<Value extends string> {
  /** Names the choice for assistive technology. */
  readonly label: string;
  readonly value: Value;
  /** `name`: where what is shown is an icon. */
  readonly options: readonly { readonly value: Value; readonly shown: ComponentChildren; readonly name?: string }[];
  readonly onChange: (value: Value) => void;
  readonly small?: boolean;
}

export function Segments<Value extends string>({ label, value, options, onChange, small }: SegmentsProps<Value>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as one line with its legend hidden
    <span class={small ? 'segments segments--sm' : 'segments'} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.name}
          onClick={() => onChange(option.value)}
        >
          {option.shown}
        </button>
      ))}
    </span>
  );
}
