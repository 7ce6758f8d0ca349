import { formatDuration, formatHotShare } from '../../core/report/format.ts';
import type { Report, ReportHotSpot } from '../../core/report/report.ts';
import { BOUND_LABELS } from '../../core/report/words.ts';
import { button, element } from '../element.ts';
import type { Graph } from '../profile/layout.ts';
import { KINDS } from '../profile/kinds.ts';
import { frameName, type Frames } from '../profile/parsed.ts';
import { frameOf, shortPath, whereText, type SourcePlace } from './source.ts';
import { kindClass, kindLabel, splitOf } from './split.ts';

/** One function. Times in ms. */
export interface HotRow {
  name: string;
  where: string;
  /** Index of the frame in the profile shown; -1 when it isn't there. */
  frame: number;
  /** Known without the profile; null: the frame's. */
  place: SourcePlace | null;
  /** What ranks it: the time it is answerable for, or its total without a report. */
  share: number;
  /** How many threads were in it at once, where that is known. */
  threads: number;
  answerableMs: number | null;
  selfMs: number;
  totalMs: number;
  calls: number | null;
  bound: string;
  split: number[];
  /** `calls`: the core calls on the line, `fs.readFileSync ×120`; empty when there are none. */
  lines: { line: number; ms: number; calls: string }[];
}

/** The report's hot spots. */
export function reportRows(report: Report, frames: Frames | null): HotRow[] {
  return report.hotSpots.map((spot) => {
    const sum = (time: typeof spot.time): number => splitOf(time, []).reduce((a, b) => a + b, 0);
    return {
      name: spot.function,
      where: `${shortPath(spot.file, report.target.cwd)}:${spot.line}`,
      frame: frames === null ? -1 : frameOf(frames, spot),
      place: { file: spot.file, line: spot.line, column: spot.column },
      share: spot.share,
      threads: spot.threads ?? 1,
      answerableMs: sum(spot.time),
      selfMs: spot.selfMs,
      totalMs: spot.totalMs,
      calls: spot.calls,
      bound: BOUND_LABELS[spot.bound],
      split: splitOf(spot.time, []),
      lines: spot.lines.map(({ line, time }) => ({ line, ms: sum(time), calls: callsOn(spot, line) })).sort((a, b) => b.ms - a.ms),
    };
  });
}

function callsOn(spot: ReportHotSpot, line: number): string {
  return spot.operations
    .filter((operation) => operation.line === line)
    .slice(0, 2)
    .map(({ api, calls }) => (calls > 1 ? `${api} ×${calls.toLocaleString('en')}` : api))
    .join(', ');
}

/** At most this many functions are listed. */
const MOST_ROWS = 200;

/** The functions of a profile with the most time, waiting and native ones included; shares are of `whole`, in µs. */
export function functionRows(graph: Graph, frames: Frames, cwd: string | null, whole: number): HotRow[] {
  const busiest = Array.from(graph.frameTotal.keys())
    .filter((frame) => graph.frameTotal[frame]! > 0 && frame !== graph.frame[0])
    .sort((a, b) => graph.frameSelf[b]! - graph.frameSelf[a]!)
    .slice(0, MOST_ROWS);
  const splits = new Map(busiest.map((frame) => [frame, new Array<number>(KINDS).fill(0)]));
  const covered = new Map<number, number>();
  for (let i = 0; i < graph.frame.length; i++) {
    const split = splits.get(graph.frame[i]!);
    if (split === undefined || i < (covered.get(graph.frame[i]!) ?? 0)) continue;
    covered.set(graph.frame[i]!, graph.end[i]!);
    for (let kind = 0; kind < KINDS; kind++) split[kind]! += graph.totalOfKind[i * KINDS + kind]! / 1000;
  }
  return busiest.map((frame) => ({
    name: frameName(frames, frame),
    where: whereText(frames, frame, cwd),
    frame,
    place: null,
    share: graph.frameTotal[frame]! / whole,
    threads: 1,
    answerableMs: null,
    selfMs: graph.frameSelf[frame]! / 1000,
    totalMs: graph.frameTotal[frame]! / 1000,
    calls: null,
    bound: kindLabel(most(splits.get(frame)!)).label,
    split: splits.get(frame)!,
    lines: [],
  }));
}

function most(split: number[]): number {
  return split.indexOf(Math.max(...split));
}

export interface HotSpotsTable {
  root: HTMLElement;
  show(state: { report: HotRow[] | null; functions: HotRow[]; only: ReadonlySet<number>; query: string }): void;
}

type Column = 'answerable' | 'self' | 'total' | 'calls';

const COLUMNS: { id: Column; title: string; hint: string; of(row: HotRow): number; text(row: HotRow): string }[] = [
  {
    id: 'answerable',
    title: 'Answerable for',
    hint: 'Time its own lines caused: computing, calls into node and dependencies, waits',
    of: (row) => row.answerableMs ?? 0,
    text: (row) => formatDuration(row.answerableMs ?? NaN),
  },
  {
    id: 'self',
    title: 'Self',
    hint: 'Time with the function itself on top of the stack',
    of: (row) => row.selfMs,
    text: (row) => formatDuration(row.selfMs),
  },
  {
    id: 'total',
    title: 'Total',
    hint: 'With everything it called or awaited; recursion counts once',
    of: (row) => row.totalMs,
    text: (row) => formatDuration(row.totalMs),
  },
  {
    id: 'calls',
    title: 'Calls',
    hint: 'How often it was called, where that was counted',
    of: (row) => row.calls ?? -1,
    text: (row) => (row.calls === null ? '–' : row.calls.toLocaleString('en')),
  },
];

/** The same content as the flame graph, as a table: for reading, for the keyboard, for a screen reader. */
export function hotSpotsTable(events: { show(frame: number): void; open(row: HotRow, line: number | null): void }): HotSpotsTable {
  const root = element('div', { class: 'scroll' });
  let state: Parameters<HotSpotsTable['show']>[0] = { report: null, functions: [], only: new Set(), query: '' };
  let everything = false;
  let sorted: Column = 'answerable';

  function draw(): void {
    const fromReport = state.report !== null && !everything;
    const by = COLUMNS.find((column) => column.id === (fromReport || sorted !== 'answerable' ? sorted : 'self'))!;
    const counted = fromReport && state.report!.some((row) => row.calls !== null);
    const columns = COLUMNS.filter((column) => (column.id === 'answerable' ? fromReport : column.id !== 'calls' || counted));
    const wanted = state.query.trim().toLowerCase();
    const narrowed = (row: HotRow): number => [...state.only].reduce((sum, kind) => sum + row.split[kind]!, 0);
    const rows = (fromReport ? state.report! : state.functions)
      .filter((row) => wanted === '' || row.name.toLowerCase().includes(wanted) || row.where.toLowerCase().includes(wanted))
      .filter((row) => state.only.size === 0 || narrowed(row) > 0)
      .sort((a, b) => (state.only.size > 0 ? narrowed(b) - narrowed(a) : 0) || by.of(b) - by.of(a));
    const body = element('tbody', {});
    for (const row of rows) body.append(tableRow(row, columns));
    const head = element('tr', {}, element('th', { scope: 'col' }, 'Function'), element('th', { scope: 'col', class: 'share' }, 'Share'));
    for (const column of columns) {
      const title = element('th', { scope: 'col', class: 'numeric', 'aria-sort': column === by ? 'descending' : null });
      title.append(
        button(`${column.title}${column === by ? ' ▾' : ''}`, { title: column.hint }, () => {
          sorted = column.id;
          draw();
        }),
      );
      head.append(title);
    }
    head.append(element('th', { scope: 'col' }, 'Mostly'));
    root.replaceChildren(
      ...(state.report === null ? [] : [chooser()]),
      element(
        'table',
        { class: 'hot' },
        element('caption', { class: 'spoken' }, fromReport ? 'Hot spots' : 'All functions'),
        element('thead', {}, head),
        body,
      ),
      ...(rows.length === 0
        ? [element('p', { class: 'muted pad' }, wanted === '' ? 'No function of yours took time here.' : 'No function matches the search.')]
        : []),
    );
  }

  function chooser(): HTMLElement {
    const choice = (text: string, all: boolean): HTMLElement =>
      button(text, { class: 'choice', 'aria-pressed': everything === all ? 'true' : 'false' }, () => {
        everything = all;
        draw();
      });
    return element(
      'div',
      { class: 'choices', role: 'group', 'aria-label': 'Which functions' },
      choice('Your hot spots', false),
      choice('All functions', true),
    );
  }

  function tableRow(row: HotRow, columns: typeof COLUMNS): HTMLElement {
    const name = button(row.name, { class: 'link name', title: row.frame < 0 ? 'Open the source' : 'Show in the flame graph' }, () => {
      if (row.frame < 0) events.open(row, null);
      else events.show(row.frame);
    });
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      const next = event.key === 'ArrowDown' ? tr.nextElementSibling : tr.previousElementSibling;
      next?.querySelector<HTMLElement>('button.name')?.focus();
      event.preventDefault();
    });
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'o') return;
      events.open(row, null);
      event.stopPropagation();
    });
    const first = element('th', { scope: 'row' }, name, element('span', { class: 'muted where' }, row.where));
    if (row.lines.length > 0) first.append(lines(row));
    const tr = element('tr', {}, first, element('td', { class: 'share' }, miniBar(row), formatHotShare(row)));
    for (const column of columns) tr.append(element('td', { class: 'numeric' }, column.text(row)));
    tr.append(element('td', {}, row.bound));
    return tr;
  }

  function lines(row: HotRow): HTMLElement {
    const list = element('span', { class: 'lines' });
    for (const { line, ms, calls } of row.lines.slice(0, 4))
      list.append(
        button(
          `line ${line} · ${formatDuration(ms)}${calls === '' ? '' : ` · ${calls}`}`,
          { class: 'line', title: `Open line ${line}` },
          () => events.open(row, line),
        ),
      );
    return list;
  }

  return {
    root,
    show(next) {
      state = next;
      draw();
    },
  };
}

function miniBar(row: HotRow): HTMLElement {
  const root = element('span', { class: 'mini', 'aria-hidden': 'true' });
  const sum = row.split.reduce((a, b) => a + b, 0);
  for (const [kind, ms] of row.split.entries()) {
    if (ms <= 0 || sum <= 0) continue;
    const part = element('span', { class: kindClass(kind) });
    part.style.width = `${Math.min(1, row.share) * (ms / sum) * 100}%`;
    root.append(part);
  }
  return root;
}
