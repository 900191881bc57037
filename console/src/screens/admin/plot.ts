/** Draws one chart on a canvas with uPlot. Loaded with the first chart. */
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lastOf } from './series.ts';

const HEIGHT = 64;
const DOT = 8;

export interface Plot {
  set(values: readonly (number | null)[]): void;
  /** Moves the cursor to a point; undefined takes it away. */
  point(index: number | undefined): void;
  redraw(): void;
  destroy(): void;
}

/** `onPoint` hears where the pointer is. Colours are the element's: `color`, `fill`, `stroke` and `caret-color`. */
export function createPlot(
  element: HTMLElement,
  values: readonly (number | null)[],
  onPoint: (index: number | undefined) => void,
): Plot {
  const colour = (name: 'color' | 'fill' | 'stroke' | 'caretColor') => () => getComputedStyle(element)[name];
  const toData = (given: readonly (number | null)[]): UPlot.AlignedData => [given.map((_, index) => index), [...given]];
  const plot = new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      padding: [DOT, DOT / 2 + 1, 1, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false }, y: { range: (_, __, max) => [0, (max || 1) * 1.12] } },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: DOT, width: 0, fill: colour('color') },
      },
      series: [
        {},
        {
          width: 1.5,
          stroke: colour('color'),
          fill: colour('fill'),
          points: {
            show: true,
            size: DOT,
            width: 0,
            fill: colour('caretColor'),
            filter: (self) => {
              const last = lastOf([...(self.data[1] as (number | null)[])]);
              return last ? [last.index] : [];
            },
          },
        },
      ],
      hooks: {
        setCursor: [(self) => onPoint(self.cursor.idx ?? undefined)],
        draw: [
          ({ ctx, bbox }) => {
            ctx.save();
            ctx.strokeStyle = colour('stroke')();
            ctx.lineWidth = devicePixelRatio;
            ctx.beginPath();
            ctx.moveTo(bbox.left, bbox.top + bbox.height);
            ctx.lineTo(bbox.left + bbox.width, bbox.top + bbox.height);
            ctx.stroke();
            ctx.restore();
          },
        ],
      },
    },
    toData(values),
    element,
  );
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
  resized.observe(element);
  return {
    set: (given) => plot.setData(toData(given)),
    point: (index) => {
      const left = index === undefined ? -10 : plot.valToPos(index, 'x');
      plot.setCursor({ left, top: index === undefined ? -10 : HEIGHT / 2 }, false);
    },
    redraw: () => plot.redraw(),
    destroy: () => {
      resized.disconnect();
      plot.destroy();
    },
  };
}
