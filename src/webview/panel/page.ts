import type { PanelLane, ToPanel } from '../../protocol/panel.ts';
import type { Report, ReportAdvice } from '../../core/report/report.ts';
import { element } from '../element.ts';
import { flameView } from '../graph/flame-view.ts';
import { extent, firstSampleIn, heaviestOf, type Focus } from '../graph/navigate.ts';
import { readPalette } from '../graph/palette.ts';
import { ruler } from '../graph/ruler.ts';
import type { Host } from '../host.ts';
import type { Graph } from '../profile/layout.ts';
import { SMALL_BYTES } from '../profile/load.ts';
import type { Frames } from '../profile/parsed.ts';
import { decision } from './decision.ts';
import { detailsOf, type BoxDetails } from './details.ts';
import { banners } from './faces.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { functionRows, hotSpotsTable, reportRows, type HotRow } from './hot-spots.ts';
import { listenToKeys } from './keys.ts';
import { laneState, laneToOpen } from './lane-state.ts';
import { searchBox } from './search-box.ts';
import { adviceOf, editorLink, enclosingFrame, filePath, frameOfAdvice, placeOf } from './source.ts';
import { splitOf } from './split.ts';
import { tabs, type TabId } from './tabs.ts';
import { paintKinds, watchTheme } from './theme.ts';
import { tooltip } from './tooltip.ts';

interface Shown {
  title: string;
  report: Report | null;
  compared: string | null;
  lanes: PanelLane[];
}

/** Builds the page inside `root`, where a profile of about so many bytes is expected, and keeps it up to date with what the host says. */
export function page(root: HTMLElement, host: Host, expectedBytes: number): { receive(message: ToPanel): void } {
  let shown: Shown = { title: '', report: null, compared: null, lanes: [] };
  let stale = false;
  let isMainLane = true;
  /** Whether the hot spots of the whole report stand beside the lane, rather than its own functions. */
  let showsReport = true;
  let focusLater: { file: string; line: number } | null = null;
  const lane = laneState();

  const notes = element('div', { class: 'banners' });
  const top = header({
    showAdvice: () => shown.report?.advice[0] && showAdvice(shown.report.advice[0]),
    toggleKind: (kind) => void lane.toggleKind(kind).then((current) => current && showNarrowed()),
    repeat: host.editor ? (runs) => host.post({ type: 'repeat', ...(runs === undefined ? {} : { runs }) }) : null,
  });
  const bottom = footer({ open: openFocused, fix: fixFocused });
  const tip = tooltip();
  const marks = ruler();
  const flame = flameView({
    focused: showDetails,
    hovered(focus, x, y) {
      const details = focus === null ? null : describe(focus);
      if (details === null) tip.hide();
      else tip.show(details, x, y + marks.root.offsetHeight);
    },
    activated: openFocused,
    drawn: (view) => {
      if (inTime()) marks.show(view);
    },
  });
  const search = searchBox({
    changed: applySearch,
    next(way) {
      const graph = graphShown();
      const found = graph === null ? -1 : search.next(graph, flame.focused()?.node ?? 0, way);
      if (found >= 0) flame.focus(focusOn(found), { reveal: true });
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
  const table = hotSpotsTable({ show: showFrame, open: openRow });
  const face = element('p', { class: 'face', hidden: true });
  const picture = element('div', { class: 'picture' }, marks.root, flame.root, tip.root);
  const decisionRoom = element('div', { class: 'room' });
  const main = element('main', { class: 'main', id: 'unblock-view' }, picture, table.root, decisionRoom, face);

  function attach(): void {
    if (!main.isConnected) root.replaceChildren(notes, top.root, bar.root, main, bottom.root);
  }
  // A page that is laid out while a small profile arrives is laid out twice.
  if (expectedBytes > SMALL_BYTES) attach();

  // While the profile is on its way: the first picture needs it, and the fonts that it measures.
  readTheme();
  watchTheme(readTheme);
  listenToKeys({
    tab: (index) => bar.selectAt(index),
    search: () => search.focus(),
    next: (way) => search.step(way),
    move: (direction) => flame.move(direction),
    zoomIn: () => flame.zoomIn(),
    zoomOut() {
      if (!search.clear() && !flame.zoomOut()) flame.focus(null);
    },
    zoomBy: (factor) => flame.zoomBy(factor),
    page: (way) => flame.page(way),
    open: openFocused,
    fix: fixFocused,
    inPicture: () => !picture.hidden && lane.graph !== null,
  });

  function readTheme(): void {
    const palette = readPalette(document.body);
    paintKinds(root, palette);
    flame.paintWith(palette);
  }

  // What is shown now

  function inTime(): boolean {
    return bar.selected() === 'timeline';
  }

  function graphShown(): Graph | null {
    return inTime() ? lane.whole : lane.graph;
  }

  function wholeUs(): number {
    return lane.whole?.total[0] ?? 1;
  }

  /** A node as a focus of the picture that is shown: in the order of time, its first box. */
  function focusOn(node: number): Focus {
    return {
      node,
      sample: inTime() && lane.timeline !== null && lane.whole !== null ? firstSampleIn(lane.timeline, lane.whole, node) : -1,
    };
  }

  let described: { graph: Graph; node: number; sample: number; details: BoxDetails } | null = null;

  /** The pointer asks for the same box again and again. */
  function describe({ node, sample }: Focus): BoxDetails | null {
    const graph = graphShown();
    if (graph === null || lane.frames === null) return null;
    if (described?.graph !== graph || described.node !== node || described.sample !== sample)
      described = { graph, node, sample, details: detailsNow(graph, lane.frames, { node, sample }) };
    return described.details;
  }

  function detailsNow(graph: Graph, frames: Frames, focus: Focus): BoxDetails {
    const timed = inTime() && lane.timeline !== null && focus.sample >= 0;
    const { start, end } = timed ? extent(graph, lane.timeline, focus) : { start: 0, end: 0 };
    return detailsOf(graph, frames, { report: shown.report, wholeUs: wholeUs() }, focus.node, timed ? end - start : null);
  }

  function focusedFrame(): number {
    const focus = flame.focused();
    return focus === null ? -1 : (graphShown()?.frame[focus.node] ?? -1);
  }

  // Going somewhere

  function openSource(file: string, line: number, column: number): void {
    if (host.editor) host.post({ type: 'openSource', file, line, column });
    else location.assign(editorLink(file, line, column));
  }

  function openFocused(): void {
    const frame = focusedFrame();
    const place = frame < 0 || lane.frames === null ? null : placeOf(lane.frames, frame);
    if (place !== null) openSource(place.file, place.line, place.column);
  }

  function openRow(row: HotRow, line: number | null): void {
    const place = row.place ?? (row.frame >= 0 && lane.frames !== null ? placeOf(lane.frames, row.frame) : null);
    if (place !== null) openSource(place.file, line ?? place.line, line === null ? place.column : 1);
  }

  function fixFocused(): void {
    const frame = focusedFrame();
    const advice = frame < 0 || lane.frames === null ? shown.report?.advice[0] : adviceOf(shown.report, lane.frames, frame);
    if (advice) fix(advice);
  }

  function fix(advice: ReportAdvice): void {
    if (host.editor) host.post({ type: 'fix', advice: advice.id });
    else bar.select('decision');
  }

  function countCalls(): void {
    host.post({ type: 'countCalls' });
  }

  /** Zooms to the heaviest box of a frame. */
  function showFrame(wanted: number): void {
    const node = lane.graph === null || wanted < 0 ? -1 : heaviestOf(lane.graph, (frame) => frame === wanted);
    bar.select('flame');
    if (node >= 0) flame.focus({ node, sample: -1 }, { zoom: true });
    flame.canvas.focus();
  }

  function showAdvice(advice: ReportAdvice): void {
    if (lane.frames !== null && shown.report !== null) showFrame(frameOfAdvice(lane.frames, shown.report, advice));
  }

  function focusSource(file: string, line: number): void {
    if (lane.frames === null) {
      // Still being read: done when it is.
      focusLater = { file, line };
      return;
    }
    const frame = enclosingFrame(lane.frames, filePath(file) ?? file, line);
    if (frame >= 0) showFrame(frame);
  }

  // Showing

  function showDetails(focus: Focus | null): void {
    const graph = graphShown();
    if (focus === null || graph === null || lane.frames === null) {
      bottom.show({ details: null, canOpen: false, fix: null });
      return;
    }
    const frame = graph.frame[focus.node]!;
    bottom.show({
      details: describe(focus),
      canOpen: placeOf(lane.frames, frame) !== null,
      fix: adviceOf(shown.report, lane.frames, frame)?.message ?? null,
    });
    search.focusMoved(graph, focus.node);
  }

  function showHeader(): void {
    const split = splitOf(isMainLane ? (shown.report?.time ?? null) : null, lane.timeOfKind);
    top.show({ title: shown.title, report: shown.report, compared: shown.compared, split, only: lane.only });
  }

  function showBanners(): void {
    notes.replaceChildren(
      ...banners(shown.report, stale).map(({ tone, text }) => element('p', { class: `banner ${tone}`, role: 'status' }, text)),
    );
  }

  function showNarrowed(): void {
    flame.focus(null);
    showHeader();
    void showTab();
  }

  function applySearch(): void {
    const graph = graphShown();
    if (lane.frames === null || graph === null) return;
    const matched = search.find(lane.frames, graph, wholeUs());
    // The timeline can't be laid out without the other kinds: they are painted pale.
    const kept = lane.only.size > 0 && inTime() ? lane.only : null;
    const isOut = (node: number): boolean => matched?.[graph.frame[node]!] === 0 || kept?.has(graph.kind[node]!) === false;
    flame.fade(matched === null && kept === null ? null : isOut);
    if (bar.selected() === 'hot') showTable();
  }

  function showTable(): void {
    const { frames, graph } = lane;
    table.show({
      report: shown.report === null || !showsReport ? null : reportRows(shown.report, frames),
      functions: graph === null || frames === null ? [] : functionRows(graph, frames, shown.report?.target.cwd ?? null, wholeUs()),
      only: lane.only,
      query: search.query(),
    });
  }

  function showFace(sentence: string | null): void {
    face.hidden = sentence === null;
    face.textContent = sentence ?? '';
    picture.hidden = sentence !== null;
  }

  async function showTab(): Promise<void> {
    const tab = bar.selected();
    const drawn = tab === 'flame' || tab === 'timeline';
    order.hidden = bottom.root.hidden = !drawn;
    order.value = tab === 'timeline' ? 'timeline' : 'flame';
    search.root.hidden = tab === 'decision';
    table.root.hidden = tab !== 'hot';
    decisionRoom.hidden = tab !== 'decision';
    marks.root.hidden = tab !== 'timeline';
    showFace(drawn ? lane.failure : null);
    if (!drawn) {
      picture.hidden = true;
      const open = (file: string, line: number): void => openSource(file, line, 1);
      if (tab === 'hot') showTable();
      else decisionRoom.replaceChildren(decision(shown.report, host.editor, { show: showAdvice, open, fix, countCalls }));
      return;
    }
    if (tab === 'timeline' && (!(await lane.readTimeline()) || bar.selected() !== tab)) return;
    const graph = graphShown();
    if (graph === null || lane.frames === null) return;
    if (tab === 'timeline' && lane.timeline === null)
      showFace('This profile holds no samples in the order of time, so there is no timeline to draw.');
    else if (graph.total[0] === 0) showFace('Nothing of this kind was measured here.');
    else {
      const before = flame.focused();
      const timeline = tab === 'timeline' ? lane.timeline : null;
      flame.show({ frames: lane.frames, graph, timeline, whole: wholeUs() });
      flame.canvas.setAttribute('aria-label', timeline === null ? 'Flame graph' : 'Timeline of calls');
      if (before !== null && before.sample >= 0 !== (timeline !== null)) flame.focus(lane.only.size > 0 ? null : focusOn(before.node));
      applySearch();
    }
  }

  async function openLane(index: number): Promise<void> {
    const bytes = shown.lanes[index]?.bytes ?? null;
    isMainLane = index === 0;
    showsReport = isMainLane || index === laneToOpen(shown.report, shown.lanes.length);
    flame.focus(null);
    // The bytes are handed over to the worker: of several lanes a copy stays, to come back to.
    if (!(await lane.open(bytes !== null && shown.lanes.length > 1 ? bytes.slice() : bytes))) return;
    attach();
    if (lane.failure !== null && bytes !== null) host.post({ type: 'failed', message: lane.failure });
    showHeader();
    showDetails(null);
    await showTab();
    const later = focusLater;
    focusLater = null;
    if (later !== null) focusSource(later.file, later.line);
  }

  return {
    receive(message) {
      if (message.type === 'stale') {
        stale = message.stale;
        showBanners();
      } else if (message.type === 'focus') focusSource(message.file, message.line);
      else {
        shown = { title: message.title, report: message.report, compared: message.compared, lanes: message.lanes };
        stale = false;
        showBanners();
        lanePicker.replaceChildren(...message.lanes.map((one, index) => element('option', { value: index }, one.name)));
        lanePicker.hidden = message.lanes.length < 2;
        const first = laneToOpen(message.report, message.lanes.length);
        lanePicker.value = String(first);
        void openLane(first);
      }
    },
  };
}
