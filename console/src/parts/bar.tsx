/** A thin bar for a share from 0 to 1: a measure, a progress, or a decoration beside a number. */

export interface BarProps {
  /** From 0 to 1. */
  readonly value: number;
  /** Names what is measured. Without it the bar is decoration, and the number stands beside it. */
  readonly label?: string;
  /** `progress` for what moves by itself. */
  readonly role?: 'meter' | 'progressbar';
  readonly state?: 'active' | 'failed';
  readonly width?: string;
}

export function Bar({ value, label, role = 'meter', state, width }: BarProps) {
  const share = Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));
  const named =
    label === undefined
      ? { 'aria-hidden': 'true' as const }
      : { role, 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(share * 100) };
  return (
    <span class="bar" data-state={state} style={width === undefined ? undefined : { width }} {...named}>
      <i style={{ '--v': String(share) }} />
    </span>
  );
}

/** A score as a bar and a number of two digits. */
export function Score({ value, label }: { value: number; label: string }) {
  return (
    <span class="score" title={label}>
      <Bar value={value} />
      <span>
        <span class="sr">{label} </span>
        {value.toFixed(2)}
      </span>
    </span>
  );
}
