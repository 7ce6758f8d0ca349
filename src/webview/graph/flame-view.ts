import { element } from '../element.ts';
import type { Graph } from '../profile/layout.ts';
import { displayName, type Frames } from '../profile/parsed.ts';
import type { Timeline } from '../profile/timeline.ts';
import { boxAt, collectLeftHeavy, collectTimeline, noBoxes } from './boxes.ts';
import { labels, type Labels } from './label.ts';
import { formatDuration, formatShare } from '../../core/report/format.ts';
import { extent, step, stepInTime, type Direction, type Focus } from './navigate.ts';
import type { Palette } from './palette.ts';
import { fontOf, hatching, paint } from './paint.ts';
import { listenToPointer } from './pointer.ts';
import { between, clampView, panBy, zoomAround, type View } from './viewport.ts';

export interface FlameEvents {
  /** The focused box changed; null when none is. */
  focused(focus: Focus | null): void;
  hovered(focus: Focus | null, x: number, y: number): void;
  /** Double click. */
  activated(focus: Focus): void;
  /** After each drawing: what part of the whole is seen. */
  drawn(view: View, whole: number): void;
}

export interface Content {
  frames: Frames;
  graph: Graph;
  /** Given: boxes in the order of time; else left-heavy. */
  timeline: Timeline | null;
  /** The time that shares are of, in µs: more than the graph's when it is narrowed to kinds of time. */
  whole: number;
}

/** The canvas with its boxes. */
export interface FlameView {
  root: HTMLElement;
  canvas: HTMLCanvasElement;
  show(content: Content): void;
  /** Which nodes are painted pale. */
  fade(faded: ((node: number) => boolean) | null): void;
  focus(focus: Focus | null, options?: { reveal?: boolean; zoom?: boolean }): void;
  focused(): Focus | null;
  move(direction: Direction): void;
  zoomIn(): void;
  /** One step back; false when the whole is seen already. */
  zoomOut(): boolean;
  zoomBy(factor: number): void;
  page(way: 1 | -1): void;
  /** What to paint with, at first and whenever the theme changes. */
  paintWith(palette: Palette): void;
  /** Draws at once, for measurements. */
  draw(): void;
}

const ZOOM_MS = 160;

/** Rows are as high as these allow for the whole graph to be seen. */
const LOWEST_ROW = 21;
const HIGHEST_ROW = 26;

export function flameView(events: FlameEvents): FlameView {
  const canvas = element('canvas', { class: 'flame-canvas', tabindex: 0, role: 'application', 'aria-describedby': 'flame-keys' });
  const room = element('div', { class: 'flame-room' });
  const root = element('div', { class: 'flame' }, canvas, room);
  const context = canvas.getContext('2d', { alpha: false })!;
  const boxes = noBoxes();
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let palette: Palette | null = null;
  let fitting: Labels = labels(() => 7);
  let hatch: CanvasPattern | null = null;
  let content: Content | null = null;
  let names: string[] = [];
  let whole = 0;
  let view: View = { start: 0, end: 1 };
  let glide: { from: View; to: View; began: number } | null = null;
  let faded: ((node: number) => boolean) | null = null;
  let focused: Focus | null = null;
  let focusedRange: { start: number; end: number } | null = null;
  let hovered = -1;
  let pointer: { x: number; y: number } | null = null;
  let size = { width: 0, height: 0, ratio: 1 };
  let asked = 0;
  let rowHeight = LOWEST_ROW;

  const redraw = (): void => {
    if (asked === 0) asked = requestAnimationFrame(drawFrame);
  };

  function drawFrame(now: number): void {
    asked = 0;
    resize();
    if (glide !== null) {
      const progress = Math.min(1, (now - glide.began) / ZOOM_MS);
      view = between(glide.from, glide.to, progress);
      if (progress < 1) redraw();
      else glide = null;
    }
    draw();
  }

  function draw(): void {
    if (content === null || palette === null || size.width === 0) return;
    const { graph, timeline, frames } = content;
    const scrolled = root.scrollTop;
    const window = {
      view,
      width: size.width,
      firstRow: Math.floor(scrolled / rowHeight),
      lastRow: Math.floor((scrolled + size.height) / rowHeight),
    };
    if (timeline === null) collectLeftHeavy(graph, window, boxes);
    else collectTimeline(timeline, graph, window, boxes);
    hovered = pointer === null ? -1 : boxAt(boxes, pointer.x, Math.floor((pointer.y + scrolled) / rowHeight));
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    paint({
      context,
      width: size.width,
      height: size.height,
      scrolled,
      boxes,
      graph,
      nameOf: (frame) => (names[frame] ??= displayName(frames, frame)),
      palette,
      labels: fitting,
      hatch,
      rowHeight,
      sideOf,
      faded,
      hovered,
      focused: focusedAt(),
    });
    events.drawn(view, whole);
  }

  /** Left-heavy: the share of the whole. In the order of time: how long this box is, where both its ends are seen. */
  function sideOf(box: number): string {
    if (content === null) return '';
    const { graph, timeline } = content;
    if (timeline === null) return formatShare(graph.total[boxes.node[box]!]! / content.whole);
    const x = boxes.x[box]!;
    const width = boxes.width[box]!;
    return x > 0 && x + width < size.width - 0.5 ? formatDuration(((width / size.width) * (view.end - view.start)) / 1000) : '';
  }

  function focusedAt(): { x: number; width: number; row: number } | null {
    if (focused === null || content === null) return null;
    // Looked up once a focus: in a timeline it can take a walk over all samples.
    focusedRange ??= extent(content.graph, content.timeline, focused);
    const { start, end } = focusedRange;
    const scale = size.width / (view.end - view.start);
    const x = Math.max(0, (start - view.start) * scale);
    const right = Math.min(size.width, (end - view.start) * scale);
    return right < 0 || x > size.width ? null : { x, width: Math.max(0, right - x), row: content.graph.depth[focused.node]! };
  }

  /** Fits the canvas to its place; false when it did already. */
  function resize(): boolean {
    const ratio = devicePixelRatio;
    const width = root.clientWidth;
    const height = root.clientHeight;
    if (content !== null) {
      const rows = content.graph.maxDepth + 1;
      rowHeight = Math.max(LOWEST_ROW, Math.min(HIGHEST_ROW, Math.floor(height / (rows + 1))));
      room.style.height = `${(rows + 1) * rowHeight}px`;
    }
    if (width === size.width && height === size.height && ratio === size.ratio) return false;
    size = { width, height, ratio };
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    // The canvas stays in place over the room that gives the scroll bar its length.
    room.style.marginTop = `-${height}px`;
    return true;
  }
  // Drawn at once, as a canvas is empty after a change of its size.
  const resized = (): void => {
    if (!resize()) return;
    if (asked !== 0) cancelAnimationFrame(asked);
    drawFrame(performance.now());
  };
  new ResizeObserver(resized).observe(root);
  root.addEventListener('scroll', redraw, { passive: true });

  function goTo(to: View, smooth = true): void {
    const target = clampView(to, whole);
    if (smooth && !still.matches) glide = { from: view, to: target, began: performance.now() };
    else {
      glide = null;
      view = target;
    }
    redraw();
  }

  const target = (): View => glide?.to ?? view;

  function scrollTo(row: number): void {
    const top = row * rowHeight;
    if (top < root.scrollTop + rowHeight) root.scrollTop = Math.max(0, top - rowHeight * 2);
    else if (top + rowHeight > root.scrollTop + size.height) root.scrollTop = top + rowHeight * 3 - size.height;
  }

  /** Brings a box into view: moves there, and zooms where it would be too narrow to be seen. */
  function reveal(focus: Focus): void {
    if (content === null) return;
    const { start, end } = extent(content.graph, content.timeline, focus);
    scrollTo(content.graph.depth[focus.node]!);
    const now = target();
    const width = now.end - now.start;
    const pixels = ((end - start) / width) * size.width;
    if (pixels < 4) goTo({ start: start - (end - start) * 4, end: end + (end - start) * 4 });
    else if (end <= now.start || start >= now.end) goTo({ start: (start + end) / 2 - width / 2, end: (start + end) / 2 + width / 2 });
  }

  function setFocus(focus: Focus | null, options: { reveal?: boolean; zoom?: boolean } = {}): void {
    const before = focused;
    focused = focus;
    focusedRange = null;
    if (focus === null && before === null) return;
    if (focus !== null && content !== null) {
      if (options.reveal === true) reveal(focus);
      if (options.zoom === true) {
        goTo(extent(content.graph, content.timeline, focus));
        scrollTo(content.graph.depth[focus.node]!);
      }
    }
    redraw();
    events.focused(focus);
  }

  function focusAt(x: number, y: number): Focus | null {
    const i = boxAt(boxes, x, Math.floor((y + root.scrollTop) / rowHeight));
    return i < 0 ? null : { node: boxes.node[i]!, sample: boxes.sample[i]! };
  }

  listenToPointer(canvas, {
    hover(x, y) {
      pointer = x < 0 ? null : { x, y };
      const at = pointer === null ? -1 : boxAt(boxes, x, Math.floor((y + root.scrollTop) / rowHeight));
      if (at !== hovered) {
        hovered = at;
        redraw();
      }
      events.hovered(at < 0 ? null : { node: boxes.node[at]!, sample: boxes.sample[at]! }, x, y);
    },
    click: (x, y) => setFocus(focusAt(x, y)),
    doubleClick(x, y) {
      const focus = focusAt(x, y);
      if (focus !== null) events.activated(focus);
    },
    drag(dx, dy) {
      view = panBy(view, -dx / size.width, whole);
      glide = null;
      root.scrollTop -= dy;
      redraw();
    },
    zoom(factor, x) {
      view = zoomAround(view, factor, x / size.width, whole);
      glide = null;
      redraw();
    },
    scroll(dx, dy) {
      view = panBy(view, dx / size.width, whole);
      root.scrollTop += dy;
      redraw();
    },
  });

  return {
    root,
    canvas,
    show(next) {
      const same = content !== null && content.graph === next.graph && content.timeline === next.timeline;
      if (content?.frames !== next.frames) names = [];
      content = next;
      if (!same) {
        const { timeline, graph } = next;
        whole = timeline === null ? (graph.total[0] ?? 0) : timeline.at[timeline.node.length]!;
        view = { start: 0, end: Math.max(1, whole) };
        glide = null;
        hovered = -1;
        focusedRange = null;
        root.scrollTop = 0;
      }
      // Not at the next frame, but for it.
      if (asked !== 0) cancelAnimationFrame(asked);
      drawFrame(performance.now());
    },
    fade(next) {
      if (faded === null && next === null) return;
      faded = next;
      redraw();
    },
    focus: setFocus,
    focused: () => focused,
    move(direction) {
      if (content === null) return;
      const { graph, timeline } = content;
      const from = focused ?? { node: 0, sample: timeline === null ? -1 : 0 };
      const to =
        focused === null
          ? from
          : timeline === null
            ? { node: step(graph, from.node, direction), sample: -1 }
            : stepInTime(timeline, graph, from, direction);
      setFocus(to, { reveal: true });
    },
    zoomIn() {
      if (focused !== null) setFocus(focused, { zoom: true });
    },
    zoomOut() {
      if (content === null) return false;
      const now = target();
      if (now.end - now.start >= whole * 0.9999) return false;
      // To the nearest box around what is seen that is clearly wider, else the whole.
      const { graph, timeline } = content;
      let at = focused;
      while (at !== null && graph.parent[at.node]! >= 0) {
        at = { node: graph.parent[at.node]!, sample: at.sample };
        const around = extent(graph, timeline, at);
        if (around.end - around.start > whole * 0.98) break;
        if (around.end - around.start > (now.end - now.start) * 1.02) {
          goTo(around);
          return true;
        }
      }
      goTo({ start: 0, end: whole });
      return true;
    },
    zoomBy(factor) {
      goTo(zoomAround(target(), factor, 0.5, whole));
    },
    page(way) {
      root.scrollTop += way * (size.height - rowHeight);
    },
    paintWith(next) {
      palette = next;
      fitting = labels((text) => {
        context.font = fontOf(next);
        return context.measureText(text).width;
      });
      fitting.width('0');
      hatch = hatching(context, next);
      redraw();
    },
    draw,
  };
}
