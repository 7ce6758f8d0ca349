import type { FromPanel, PanelLane, ToPanel } from '../../protocol/panel.ts';
import type { Report, ReportAdvice } from '../../core/report/report.ts';
import { element } from '../element.ts';
import { flameView } from '../graph/flame-view.ts';
import { extent, heaviestOf, type Focus } from '../graph/navigate.ts';
import { readPalette } from '../graph/palette.ts';
import { ruler } from '../graph/ruler.ts';
import type { Host } from '../host.ts';
import type { Graph } from '../profile/layout.ts';
import { ALL_KINDS } from '../profile/kinds.ts';
import { readProfile, type ProfileReader } from '../profile/reader.ts';
import type { Timeline } from '../profile/timeline.ts';
import { decision } from './decision.ts';
import { detailsOf, type BoxDetails } from './details.ts';
import { banners } from './faces.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { functionRows, hotSpotsTable, reportRows } from './hot-spots.ts';
import { listenToKeys } from './keys.ts';
import { searchBox } from './search-box.ts';
import { adviceOf, enclosingFrame, filePath, frameOf, placeOf } from './source.ts';
import { splitOf } from './split.ts';
import { tabs, type TabId } from './tabs.ts';
import { paintKinds, watchTheme } from './theme.ts';
import { tooltip } from './tooltip.ts';

interface Shown {
  title: string;
  report: Report | null;
  lanes: PanelLane[];
}

/** Builds the page inside `root` and keeps it up to date with what the host says. */
export function page(root: HTMLElement, host: Host): { receive(message: ToPanel): void } {
  let shown: Shown = { title: '', report: null, lanes: [] };
  let lane = 0;
  let reader: ProfileReader | null = null;
  let graph: Graph | null = null;
  let timeline: Timeline | null = null;
  let stale = false;
  let failure: string | null = null;
  let only = new Set<number>();
  let opening = 0;
  let focusLater: { file: string; line: number } | null = null;

  const post = (message: FromPanel): void => host.post(message);
  const notes = element('div', { class: 'banners' });
  const top = header({
    showAdvice: () => showAdvice(shown.report?.advice[0] ?? null),
    toggleKind,
    repeat: host.editor ? () => post({ type: 'repeat' }) : null,
  });
  const bottom = footer({ open: openFocused, fix: fixFocused });
  const tip = tooltip();
  const marks = ruler();
  const flame = flameView({
    focused: showDetails,
    hovered(focus, x, y) {
      if (focus === null || graph === null || reader === null) {
        tip.hide();
        return;
      }
      tip.show(describe(focus)!, x, y + marks.root.offsetHeight);
    },
    activated: () => openFocused(),
    drawn: (view) => {
      if (bar.selected() === 'timeline') marks.show(view);
    },
  });
  const search = searchBox({
    changed: applySearch,
    next: (way) => {
      const current = currentGraph();
      if (current === null) return;
      const found = search.next(current, flame.focused()?.node ?? 0, way);
      if (found >= 0) flame.focus(inMode(found), { reveal: true });
    },
  });
  const lanePicker = element('select', { class: 'lanes', 'aria-label': 'Thread or process' });
  lanePicker.addEventListener('change', () => void openLane(Number(lanePicker.value)));
  const order = element('select', { class: 'order', 'aria-label': 'Order of the boxes' });
  order.append(element('option', { value: 'flame' }, 'left-heavy'), element('option', { value: 'timeline' }, 'time-ordered'));
  order.addEventListener('change', () => bar.select(order.value as TabId));
  const bar = tabs(
    [
      { id: 'flame', title: 'Flame graph' },
      { id: 'timeline', title: 'Timeline' },
      { id: 'hot', title: 'Hot spots' },
      { id: 'decision', title: 'Decision' },
    ],
    [lanePicker, search.root, order],
    () => void showTab(),
  );
  const table = hotSpotsTable({
    show(frame) {
      if (graph === null) return;
      const node = heaviestOf(graph, (one) => one === frame);
      if (node < 0) return;
      bar.select('flame');
      flame.focus({ node, sample: -1 }, { zoom: true });
      flame.canvas.focus();
    },
    open(row, line) {
      const spot = shown.report?.hotSpots.find((one) => one.function === row.name && row.where.endsWith(`:${one.line}`));
      const place = row.frame >= 0 && reader !== null ? placeOf(reader.loaded.frames, row.frame) : null;
      const file = spot?.file ?? place?.file;
      if (file !== undefined)
        openSource(file, line ?? spot?.line ?? place?.line ?? 1, line === null ? (spot?.column ?? place?.column ?? 1) : 1);
    },
  });
  const face = element('p', { class: 'face', hidden: true });
  const picture = element('div', { class: 'picture' }, marks.root, flame.root, tip.root);
  const decisionRoom = element('div', { class: 'room' });
  const main = element('main', { class: 'main', id: 'unblock-view' }, picture, table.root, decisionRoom, face);
  root.replaceChildren(notes, top.root, bar.root, main, bottom.root);

  watchTheme(readTheme);
  listenToKeys({
    tab: (index) => bar.selectAt(index),
    search: () => search.focus(),
    next: (way) => search.step(way),
    move: (direction) => flame.move(direction),
    zoomIn: () => flame.zoomIn(),
    zoomOut,
    zoomBy: (factor) => flame.zoomBy(factor),
    page: (way) => flame.page(way),
    open: openFocused,
    fix: fixFocused,
    inPicture: () => !picture.hidden && graph !== null,
  });

  function readTheme(): void {
    const palette = readPalette(document.body);
    paintKinds(root, palette);
    flame.paintWith(palette);
  }

  function currentGraph(): Graph | null {
    return bar.selected() === 'timeline' ? (reader?.loaded.graph ?? null) : graph;
  }

  /** A node as a focus of the picture that is shown: in the order of time, its first box. */
  function inMode(node: number): Focus {
    if (bar.selected() !== 'timeline' || timeline === null || reader === null) return { node, sample: -1 };
    const end = reader.loaded.graph.end[node]!;
    return {
      node,
      sample: Math.max(
        0,
        timeline.node.findIndex((one) => one >= node && one < end),
      ),
    };
  }

  function zoomOut(): void {
    if (search.clear()) return;
    if (!flame.zoomOut() && flame.focused() !== null) flame.focus(null);
  }

  function openSource(file: string, line: number, column: number): void {
    if (host.editor) post({ type: 'openSource', file, line, column });
    else
      location.assign(
        `vscode://file${encodeURI(file.startsWith('/') ? file : `/${file}`).replace(/[?#]/g, encodeURIComponent)}:${line}:${column}`,
      );
  }

  function focusedFrame(): number {
    const focus = flame.focused();
    const current = currentGraph();
    return focus === null || current === null ? -1 : current.frame[focus.node]!;
  }

  function openFocused(): void {
    const frame = focusedFrame();
    const place = frame < 0 || reader === null ? null : placeOf(reader.loaded.frames, frame);
    if (place !== null) openSource(place.file, place.line, place.column);
  }

  function fixFocused(): void {
    const frame = focusedFrame();
    const advice = frame < 0 || reader === null ? null : adviceOf(shown.report, reader.loaded.frames, frame);
    const chosen = advice ?? (frame < 0 ? (shown.report?.advice[0] ?? null) : null);
    if (chosen !== null) fix(chosen);
  }

  function fix(advice: ReportAdvice): void {
    if (host.editor) post({ type: 'fix', advice: advice.id });
    else bar.select('decision');
  }

  function showAdvice(advice: ReportAdvice | null): void {
    const spot = shown.report?.hotSpots.find((one) => one.id === advice?.hotSpot);
    if (advice === null || reader === null || graph === null) return;
    const wanted =
      spot === undefined ? enclosingFrame(reader.loaded.frames, advice.file, advice.line) : frameOf(reader.loaded.frames, spot);
    const node = heaviestOf(graph, (frame) => frame === wanted);
    bar.select('flame');
    if (node >= 0) flame.focus({ node, sample: -1 }, { zoom: true });
    flame.canvas.focus();
  }

  const wholeUs = (): number => reader?.loaded.graph.total[0] ?? 1;

  function describe(focus: Focus): BoxDetails | null {
    const current = currentGraph();
    if (current === null || reader === null) return null;
    const inTime = bar.selected() === 'timeline' && timeline !== null && focus.sample >= 0;
    const { start, end } = inTime ? extent(current, timeline, focus) : { start: 0, end: 0 };
    return detailsOf(current, reader.loaded.frames, { report: shown.report, wholeUs: wholeUs() }, focus.node, inTime ? end - start : null);
  }

  function showDetails(focus: Focus | null): void {
    const current = currentGraph();
    if (focus === null || current === null || reader === null) {
      bottom.show({ details: null, canOpen: false, fix: null });
      return;
    }
    const { frames } = reader.loaded;
    const frame = current.frame[focus.node]!;
    bottom.show({
      details: describe(focus),
      canOpen: placeOf(frames, frame) !== null,
      fix: adviceOf(shown.report, frames, frame)?.message ?? null,
    });
    search.focusMoved(current, focus.node);
  }

  function toggleKind(kind: number): void {
    only = new Set(only.has(kind) ? [...only].filter((one) => one !== kind) : [...only, kind]);
    void narrow();
  }

  /** Lays the graph out anew with the chosen kinds of time only. */
  async function narrow(): Promise<void> {
    if (reader === null) return;
    const asked = reader;
    const mask = only.size === 0 ? ALL_KINDS : [...only].reduce((bits, kind) => bits | (1 << kind), 0);
    const next = mask === ALL_KINDS ? asked.loaded.graph : await asked.layOut(mask);
    if (reader !== asked) return;
    graph = next;
    flame.focus(null);
    showHeader();
    applySearch();
    await showTab();
  }

  function showHeader(): void {
    const main = lane === 0;
    const split = splitOf(main ? (shown.report?.time ?? null) : null, reader?.loaded.timeOfKind ?? []);
    top.show({ title: shown.title, report: shown.report, split, only });
  }

  function applySearch(): void {
    const current = currentGraph();
    if (reader === null || current === null) return;
    const matched = search.find(reader.loaded.frames, current, wholeUs());
    const left = only.size > 0 && bar.selected() === 'timeline' ? only : null;
    if (matched === null && left === null) flame.fade(null);
    else
      flame.fade((node) => (matched !== null && matched[current.frame[node]!] === 0) || (left !== null && !left.has(current.kind[node]!)));
    if (bar.selected() === 'hot') showTable();
  }

  function showTable(): void {
    const frames = reader?.loaded.frames ?? null;
    table.show({
      report: shown.report === null || lane > 0 ? null : reportRows(shown.report, frames),
      functions: graph === null || frames === null ? [] : functionRows(graph, frames, shown.report?.target.cwd ?? null, wholeUs()),
      only,
      query: search.query(),
    });
  }

  async function showTab(): Promise<void> {
    const tab = bar.selected();
    const drawn = tab === 'flame' || tab === 'timeline';
    const empty = drawn && (failure !== null || (graph !== null && graph.frame.length <= 1 && only.size > 0));
    order.hidden = !drawn;
    order.value = tab === 'timeline' ? 'timeline' : 'flame';
    search.root.hidden = tab === 'decision';
    table.root.hidden = tab !== 'hot';
    decisionRoom.hidden = tab !== 'decision';
    bottom.root.hidden = !drawn;
    face.hidden = !empty;
    if (empty) face.textContent = failure ?? 'Nothing of this kind was measured here.';
    picture.hidden = !drawn || failure !== null;
    marks.root.hidden = tab !== 'timeline';
    if (tab === 'hot') showTable();
    if (tab === 'decision')
      decisionRoom.replaceChildren(
        decision(shown.report, host.editor, { show: showAdvice, open: (file, line) => openSource(file, line, 1), fix }),
      );
    if (!drawn || reader === null || graph === null) return;
    const asked = reader;
    if (tab === 'timeline') timeline ??= await asked.timeline();
    if (reader !== asked || bar.selected() !== tab) return;
    if (tab === 'timeline' && timeline === null) {
      picture.hidden = true;
      face.hidden = false;
      face.textContent = 'This profile holds no samples in the order of time, so there is no timeline to draw.';
      return;
    }
    const before = flame.focused();
    flame.show({
      frames: asked.loaded.frames,
      graph: tab === 'timeline' ? asked.loaded.graph : graph,
      timeline: tab === 'timeline' ? timeline : null,
      whole: wholeUs(),
    });
    flame.canvas.setAttribute('aria-label', tab === 'timeline' ? 'Timeline of calls' : 'Flame graph');
    if (before !== null && before.sample >= 0 !== (tab === 'timeline')) flame.focus(only.size > 0 ? null : inMode(before.node));
    applySearch();
  }

  async function openLane(index: number): Promise<void> {
    const turn = ++opening;
    lane = index;
    reader?.close();
    reader = null;
    graph = timeline = null;
    failure = null;
    only = new Set();
    flame.focus(null);
    const bytes = shown.lanes[index]?.bytes;
    try {
      if (bytes === undefined) throw new Error('Nothing was measured: there is no profile to draw.');
      // The bytes are handed over to the worker; a copy stays where another lane may be looked at in between.
      const read = await readProfile(shown.lanes.length > 1 ? bytes.slice() : bytes);
      if (turn !== opening) {
        read.close();
        return;
      }
      reader = read;
      graph = read.loaded.graph;
    } catch (error) {
      if (turn !== opening) return;
      failure = error instanceof Error ? error.message : String(error);
      post({ type: 'failed', message: failure });
    }
    showHeader();
    showDetails(null);
    await showTab();
    if (focusLater !== null && graph !== null) {
      const { file, line } = focusLater;
      focusLater = null;
      focusSource(file, line);
    }
  }

  function showBanners(): void {
    notes.replaceChildren(
      ...banners(shown.report, stale).map(({ tone, text }) => element('p', { class: `banner ${tone}`, role: 'status' }, text)),
    );
  }

  function focusSource(file: string, line: number): void {
    if (reader === null || graph === null) {
      // Still being read: done when it is.
      focusLater = { file, line };
      return;
    }
    const frame = enclosingFrame(reader.loaded.frames, filePath(file) ?? file, line);
    const node = frame < 0 ? -1 : heaviestOf(graph, (one) => one === frame);
    if (node < 0) return;
    if (bar.selected() !== 'flame') bar.select('flame');
    flame.focus({ node, sample: -1 }, { zoom: true });
  }

  return {
    receive(message) {
      if (message.type === 'stale') {
        stale = message.stale;
        showBanners();
      } else if (message.type === 'focus') focusSource(message.file, message.line);
      else {
        shown = { title: message.title, report: message.report, lanes: message.lanes };
        stale = false;
        showBanners();
        readTheme();
        lanePicker.replaceChildren(...message.lanes.map((one, index) => element('option', { value: index }, one.name)));
        lanePicker.hidden = message.lanes.length < 2;
        void openLane(0);
      }
    },
  };
}
