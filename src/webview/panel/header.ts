import { formatDuration, formatShare } from '../../core/report/format.ts';
import type { Report } from '../../core/report/report.ts';
import { canRepeat, changeOf, headline, leverLabel, nothingToChange, predictedGain, REPEATS } from '../../core/report/words.ts';
import { button, element, sentence } from '../element.ts';
import { shortPath } from './source.ts';
import { kindClass, kindLabel } from './split.ts';

export interface HeaderEvents {
  showAdvice(): void;
  /** A kind of the time split was clicked. */
  toggleKind(kind: number): void;
  /** Measures once more, or so many times in a row; null where the page can't. */
  repeat: ((runs?: number) => void) | null;
}

/** Headline, biggest lever, and the bar of the time split. */
export interface Header {
  root: HTMLElement;
  show(state: HeaderState): void;
}

export interface HeaderState {
  title: string;
  report: Report | null;
  /** How the run compares with the one before, in words. */
  compared: string | null;
  /** In ms, one for each kind. */
  split: readonly number[];
  /** Kinds the page is narrowed to; empty for all. */
  only: ReadonlySet<number>;
}

export function header(events: HeaderEvents): Header {
  const root = element('header', { class: 'header' });
  return {
    root,
    show({ title, report, compared, split, only }) {
      const whole = split.reduce((sum, ms) => sum + ms, 0);
      root.replaceChildren(
        element('div', { class: 'subject' }, subject(title, report)),
        element('h1', { class: 'headline' }, report === null ? profileHeadline(split, whole) : headline(report)),
        ...(compared === null ? [] : [element('p', { class: 'compared' }, compared)]),
        ...lever(report, events),
        bar(split, whole, only, events),
        legend(split, whole, only, events),
      );
    },
  };
}

function subject(title: string, report: Report | null): string {
  if (report === null) return title;
  const { run, machine, target } = report;
  const ended = run.signal === null ? (run.exitCode === null ? '' : ` · exit code ${run.exitCode}`) : ` · ${run.signal}`;
  return `${title} · Node ${target.node.replace(/^v/, '')} · ${run.engine} · ${machine.logicalCores} cores${ended}`;
}

/** Without a report nothing is advised, but the time is told all the same. */
function profileHeadline(split: readonly number[], whole: number): string {
  const parts = split
    .map((ms, kind) => ({ ms, kind }))
    .filter(({ ms }, _, all) => ms / whole >= 0.03 || ms === Math.max(...all.map((one) => one.ms)))
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
  return `${formatDuration(whole)}. ${parts.map(({ ms, kind }) => `${formatShare(ms / whole)} ${kindLabel(kind).label}`).join(', ')}.`;
}

function lever(report: Report | null, events: HeaderEvents): HTMLElement[] {
  if (report === null) return [];
  const best = report.advice[0];
  if (best !== undefined) {
    const change = changeOf(best);
    return [
      element(
        'p',
        { class: 'lever' },
        element('span', { class: 'muted' }, `${leverLabel(report)}: `),
        ...sentence(`${change.charAt(0).toLowerCase()}${change.slice(1)}`),
        element('span', { class: 'place' }, ` ${shortPath(best.file, report.target.cwd)}:${best.line}`),
        ' → ',
        element('strong', {}, predictedGain(best)),
        button('Show', { class: 'link', title: 'Show it in the flame graph' }, () => events.showAdvice()),
      ),
    ];
  }
  const nothing = nothingToChange(report);
  if (nothing !== null) return [element('p', { class: 'lever' }, ...sentence(nothing))];
  const { repeat } = events;
  if (repeat === null) return [];
  const buttons = [button('Profile again', {}, () => repeat())];
  if (canRepeat(report))
    buttons.unshift(
      button(`Repeat ×${REPEATS}`, { class: 'primary', title: `Run it ${REPEATS} times, one after another, and add up` }, () =>
        repeat(REPEATS),
      ),
    );
  return [element('p', { class: 'lever actions' }, ...buttons)];
}

function bar(split: readonly number[], whole: number, only: ReadonlySet<number>, events: HeaderEvents): HTMLElement {
  const root = element('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const [kind, ms] of split.entries()) {
    if (ms <= 0 || whole <= 0) continue;
    const share = ms / whole;
    const { label, letter } = kindLabel(kind);
    const part = element('div', {
      class: `part ${kindClass(kind)}${only.size > 0 && !only.has(kind) ? ' out' : ''}`,
      title: `${label}: ${formatDuration(ms)} (${formatShare(share)}). Click to see only this.`,
    });
    part.style.flexGrow = String(share);
    part.append(
      element('span', { class: 'letter' }, letter),
      element('span', { class: 'label' }, label),
      element('span', { class: 'number' }, formatShare(share)),
    );
    part.addEventListener('click', () => events.toggleKind(kind));
    root.append(part);
  }
  return root;
}

/** A kind of time with less is left out of the legend where the panel is low. */
const MINOR_SHARE = 0.01;

function legend(split: readonly number[], whole: number, only: ReadonlySet<number>, events: HeaderEvents): HTMLElement {
  const root = element('div', { class: 'legend', role: 'group', 'aria-label': 'Time split: show only a kind of time' });
  for (const [kind, ms] of split.entries()) {
    if (ms <= 0 || whole <= 0) continue;
    const { label, letter } = kindLabel(kind);
    const isMinor = ms / whole < MINOR_SHARE;
    const chip = button('', { class: `chip${isMinor ? ' minor' : ''}`, 'aria-pressed': only.has(kind) ? 'true' : 'false' }, () =>
      events.toggleKind(kind),
    );
    chip.append(
      element('span', { class: `swatch ${kindClass(kind)}`, 'aria-hidden': 'true' }, letter),
      `${label} `,
      element('span', { class: 'number' }, element('span', { class: 'duration' }, `${formatDuration(ms)} · `), formatShare(ms / whole)),
    );
    root.append(chip);
  }
  if (only.size > 0) root.append(button('Show all', { class: 'link' }, () => [...only].forEach((kind) => events.toggleKind(kind))));
  return root;
}
