import { formatDuration, formatShare } from '../../core/report/format.ts';
import { button, element } from '../element.ts';
import { announcement, type BoxDetails } from './details.ts';
import { kindClass, kindLabel } from './split.ts';

export interface FooterState {
  details: BoxDetails | null;
  canOpen: boolean;
  /** Title of the advice for this box; null when there is none. */
  fix: string | null;
}

export interface Footer {
  root: HTMLElement;
  show(state: FooterState): void;
}

/** The bar with everything about the focused box. */
export function footer(events: { open(): void; fix(): void }): Footer {
  const line = element('div', { class: 'details' });
  const spoken = element('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
  const open = button('Open', { title: 'Open the source (o)' }, () => events.open());
  const fix = button('Fix', { class: 'primary', title: 'Go to the fix (f)' }, () => events.fix());
  const root = element('footer', { class: 'footer' }, line, open, fix, spoken);
  return {
    root,
    show({ details, canOpen, fix: advice }) {
      open.hidden = details === null || !canOpen;
      fix.hidden = advice === null;
      if (advice !== null) fix.title = `${advice} (f)`;
      if (details === null) {
        line.replaceChildren(
          element(
            'span',
            { class: 'muted hint', id: 'flame-keys' },
            'Click a box or use the arrow keys. Enter or the wheel zooms, Escape goes back, dragging moves, / searches, o opens the source.',
          ),
        );
        return;
      }
      const fact = (text: string, muted = false): HTMLElement => element('span', { class: muted ? 'fact muted' : 'fact' }, text);
      line.replaceChildren(
        element('span', { class: `swatch ${kindClass(details.kind)}`, 'aria-hidden': 'true' }, kindLabel(details.kind).letter),
        element('span', { class: 'fact name' }, details.name),
        ...(details.where === '' ? [] : [fact(details.where, true)]),
        ...(details.hereMs === null ? [] : [fact(`here ${formatDuration(details.hereMs)}`)]),
        fact(`total ${formatDuration(details.totalMs)} (${formatShare(details.share)})`),
        fact(`self ${formatDuration(details.selfMs)}`),
        ...(details.everywhereMs === null ? [] : [fact(`in all its boxes ${formatDuration(details.everywhereMs)}`)]),
        ...(details.calls === null ? [] : [fact(`${details.calls.toLocaleString('en')} ${details.calls === 1 ? 'call' : 'calls'}`)]),
        ...(details.cloning === null ? [] : [fact(details.cloning)]),
        fact(details.kindText),
      );
      spoken.textContent = announcement(details);
    },
  };
}
