import { formatDuration } from '../../core/report/format.ts';
import { element } from '../element.ts';
import type { View } from './viewport.ts';

export interface Ruler {
  root: HTMLElement;
  show(view: View): void;
}

/** Marks of time above the timeline. */
export function ruler(): Ruler {
  const root = element('div', { class: 'ruler', 'aria-hidden': 'true' });
  return {
    root,
    show(view) {
      const width = view.end - view.start;
      const step = tickStep(width, Math.max(2, Math.floor(root.clientWidth / 110)));
      const marks: HTMLElement[] = [];
      for (let tick = Math.ceil(view.start / step) * step; tick < view.end; tick += step) {
        const mark = element('span', {}, tickText(tick, step));
        mark.style.left = `${((tick - view.start) / width) * 100}%`;
        marks.push(mark);
      }
      root.replaceChildren(...marks);
    },
  };
}

/** 1, 2 or 5 times a power of ten, so that at most so many ticks are seen. */
export function tickStep(width: number, most: number): number {
  const rough = Math.max(1e-3, width / most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough) ?? 10 * power;
}

/** With as many digits as it takes to tell neighbours apart. */
function tickText(us: number, stepUs: number): string {
  if (us === 0) return '0';
  if (stepUs >= 60_000_000) return formatDuration(us / 1000);
  const unit = us >= 1_000_000 ? { name: 's', us: 1_000_000 } : { name: 'ms', us: 1000 };
  const digits = Math.max(0, Math.ceil(-Math.log10(stepUs / unit.us) - 1e-9));
  return `${(us / unit.us).toFixed(Math.min(6, digits))} ${unit.name}`;
}
