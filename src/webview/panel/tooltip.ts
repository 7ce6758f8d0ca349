import { formatDuration, formatShare } from '../../core/report/format.ts';
import { element } from '../element.ts';
import type { BoxDetails } from './details.ts';
import { kindClass, kindLabel } from './split.ts';

export interface Tooltip {
  root: HTMLElement;
  show(details: BoxDetails, x: number, y: number): void;
  hide(): void;
}

/** What a box under the pointer is; placed beside the pointer, inside its parent. */
export function tooltip(): Tooltip {
  const root = element('div', { class: 'tooltip', hidden: true, 'aria-hidden': 'true' });
  let shown: BoxDetails | null = null;
  return {
    root,
    show(details, x, y) {
      if (
        shown === null ||
        shown.name !== details.name ||
        shown.totalMs !== details.totalMs ||
        shown.hereMs !== details.hereMs ||
        shown.where !== details.where
      )
        fill(root, details);
      shown = details;
      root.hidden = false;
      const room = root.parentElement!;
      const left = x + 14 + root.offsetWidth > room.clientWidth ? Math.max(4, x - 14 - root.offsetWidth) : x + 14;
      const top = y + 18 + root.offsetHeight > room.clientHeight ? Math.max(4, y - 12 - root.offsetHeight) : y + 18;
      root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    },
    hide() {
      root.hidden = true;
      shown = null;
    },
  };
}

function fill(root: HTMLElement, details: BoxDetails): void {
  const row = (label: string, ms: number, share: number): HTMLElement =>
    element('tr', {}, element('th', {}, label), element('td', {}, formatDuration(ms)), element('td', {}, formatShare(share)));
  const whole = details.share > 0 ? details.totalMs / details.share : 1;
  const table = element('table', {});
  if (details.hereMs !== null) table.append(row('here', details.hereMs, details.hereMs / whole));
  table.append(row('total', details.totalMs, details.share), row('self', details.selfMs, details.selfMs / whole));
  if (details.everywhereMs !== null) table.append(row('in all its boxes', details.everywhereMs, details.everywhereMs / whole));
  const kinds = element('ul', {});
  const parts = details.split.map((ms, kind) => ({ ms, kind })).filter(({ ms }) => ms > details.totalMs * 0.005);
  for (const { ms, kind } of parts.sort((a, b) => b.ms - a.ms).slice(0, 4)) {
    const { label, letter } = kindLabel(kind);
    kinds.append(element('li', {}, element('span', { class: `swatch ${kindClass(kind)}` }, letter), `${label} ${formatDuration(ms)}`));
  }
  root.replaceChildren(element('div', { class: 'name' }, details.name), element('div', { class: 'muted' }, details.where), table, kinds);
}
