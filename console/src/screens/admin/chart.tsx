/** One chart: its present value, the line, and below it the value under the pointer or the arrow keys. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { theme } from '../../app/theme.ts';
import { admin } from '../../texts.ts';
import type { Plot } from './plot.ts';
import { type Chart as ChartName, lastOf, shown } from './series.ts';

const { charts: texts } = admin;

export interface ChartProps {
  readonly name: ChartName;
  readonly values: readonly (number | null)[];
  /** What the axis says of each point, such as `14:30`. */
  readonly labels: readonly string[];
  readonly from: string;
}

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

const inWords = (value: number | null | undefined) => (value === null || value === undefined ? texts.none : shown(value));

export function Chart({ name, values, labels, from }: ChartProps) {
  const { title, unit } = texts[name];
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const latest = useRef(values);
  latest.current = values;
  const [at, setAt] = useState<number | undefined>();
  const last = values.length - 1;
  const read = Math.min(at ?? last, last);

  useEffect(() => {
    let isGone = false;
    void import('./plot.ts').then(({ createPlot }) => {
      if (!isGone && place.current) plot.current = createPlot(place.current, latest.current, setAt);
    });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => plot.current?.redraw();
    scheme.addEventListener('change', redraw);
    return () => {
      isGone = true;
      scheme.removeEventListener('change', redraw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.set(values), [values]);
  const colours = theme.value;
  useEffect(() => plot.current?.redraw(), [colours]);

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.min(last, Math.max(0, step(read, last)));
    setAt(next);
    plot.current?.point(next);
  }

  function leave() {
    setAt(undefined);
    plot.current?.point(undefined);
  }

  const measured = values.filter((value) => value !== null);
  const current = at === undefined ? undefined : texts.at(labels[at] ?? '', inWords(values[at]));
  return (
    <figure class="chart" aria-labelledby={id}>
      <h2 class="sec__title" id={id}>
        {title}
      </h2>
      <b>{inWords(lastOf(values)?.value)}</b> <span class="quiet">{unit}</span>
      <div
        ref={place}
        class="chart__plot"
        role="slider"
        tabIndex={0}
        aria-label={texts.read(title)}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={read}
        aria-valuetext={`${texts.at(labels[read] ?? '', inWords(values[read]))} ${unit}`}
        onKeyDown={move}
        onBlur={leave}
      />
      <div class="chart__x" aria-hidden="true">
        <span>{from}</span>
        <span>{current ?? texts.most(shown(Math.max(0, ...measured)))}</span>
        <span>{texts.now}</span>
      </div>
    </figure>
  );
}
