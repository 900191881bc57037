/** A choice from a list: the browser's own, which every keyboard and every phone knows. */
import { useId } from 'preact/hooks';

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
  readonly small?: boolean;
  /** As wide as its longest option, in place of its column. */
  readonly auto?: boolean;
  /** The label is read, and not shown: the place says what it is. */
  readonly hideLabel?: boolean;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, disabled, small, auto, hideLabel } = props;
  const id = useId();
  return (
    <div class={auto ? 'select' : 'field'}>
      <label for={id} class={hideLabel ? 'sr' : undefined}>
        {label}
      </label>
      <select
        id={id}
        class={['input', small && 'input--sm', auto && 'input--auto'].filter(Boolean).join(' ')}
        value={value}
        disabled={disabled === true}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled === true}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
