import { KIND, KIND_LABELS, TIME_KINDS } from '../../core/profile/time-kind.ts';
import type { Graph } from '../profile/layout.ts';
import type { Boxes } from './boxes.ts';
import type { Labels } from './label.ts';
import { SHADES, type Palette } from './palette.ts';

const GAP = 1;
const FONT_SIZE = 12;
/** A box narrower than this gets no text. */
const NARROWEST_LABEL = 26;

export interface Picture {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  rowHeight: number;
  /** Pixels scrolled down. */
  scrolled: number;
  boxes: Boxes;
  graph: Graph;
  nameOf: (frame: number) => string;
  palette: Palette;
  labels: Labels;
  hatch: CanvasPattern | null;
  /** What stands on the right of a wide box. */
  sideOf: (box: number) => string;
  /** Whether a node is left out by a search or a filter. */
  faded: ((node: number) => boolean) | null;
  hovered: number;
  /** Where the focused box is, in pixels. */
  focused: { x: number; width: number; row: number } | null;
}

export function fontOf(palette: Palette): string {
  return `${FONT_SIZE}px ${palette.font}`;
}

export function hatching(context: CanvasRenderingContext2D, palette: Palette): CanvasPattern | null {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen === null) return null;
  pen.strokeStyle = palette.hatch;
  pen.lineWidth = 2.4;
  pen.beginPath();
  for (const x of [-8, 0, 8]) {
    pen.moveTo(x - 2, 10);
    pen.lineTo(x + 10, -2);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat');
}

const STYLES = TIME_KINDS.length * SHADES;

/** Rectangles by fill (x, row, width, one after the other): changing the fill of a canvas costs more than a rectangle does. */
const fills: number[][] = Array.from({ length: STYLES * 2 }, () => []);
/** Boxes wide enough for a label, by fill. */
const labelled: number[][] = Array.from({ length: STYLES * 2 }, () => []);
/** For each row the rectangle that a next narrow box may lengthen: where it is in its list, where it ends, its fill. */
const openAt: number[] = [];
const openEnd: number[] = [];
const openStyle: number[] = [];

/** Up to this width neighbours of one kind are painted as one: there can be ten thousand of them. */
const NARROW_PX = 2.5;

function gatherFills({ boxes, graph, faded }: Picture): void {
  for (const list of [...fills, ...labelled]) list.length = 0;
  openEnd.length = 0;
  for (let i = 0; i < boxes.count; i++) {
    const node = boxes.node[i]!;
    const width = boxes.width[i]!;
    const narrow = width < NARROW_PX;
    const shade = narrow ? 1 : (graph.frame[node]! * 7 + 3) % SHADES;
    const style = (faded?.(node) === true ? STYLES : 0) + graph.kind[node]! * SHADES + shade;
    const x = boxes.x[i]!;
    const row = boxes.row[i]!;
    const list = fills[style]!;
    if (narrow) {
      const end = openEnd[row];
      if (end !== undefined && openStyle[row] === style && x >= end - 0.1 && x < end + 0.1) {
        list[openAt[row]! + 2]! += width;
        openEnd[row] = x + width;
        continue;
      }
      openAt[row] = list.length;
      openEnd[row] = x + width;
      openStyle[row] = style;
    }
    list.push(x, row, width > 3 ? width - GAP : width);
    if (width >= NARROWEST_LABEL) labelled[style]!.push(i);
  }
}

export function paint(picture: Picture): void {
  const { context, width, height, rowHeight, scrolled, boxes, palette } = picture;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, height);
  gatherFills(picture);
  for (let style = 0; style < fills.length; style++) {
    const list = fills[style]!;
    if (list.length === 0) continue;
    const fillAll = (): void => {
      for (let i = 0; i < list.length; i += 3)
        context.fillRect(list[i]!, list[i + 1]! * rowHeight - scrolled, list[i + 2]!, rowHeight - GAP);
    };
    context.fillStyle = fillOf(palette, style).fill;
    fillAll();
    if (kindOf(style) !== KIND.awaitOverlapped || picture.hatch === null) continue;
    context.fillStyle = picture.hatch;
    fillAll();
  }
  if (palette.outline !== null) {
    context.strokeStyle = palette.outline;
    context.lineWidth = 1;
    for (let i = 0; i < boxes.count; i++)
      if (boxes.width[i]! > 3)
        context.strokeRect(boxes.x[i]! + 0.5, boxes.row[i]! * rowHeight - scrolled + 0.5, boxes.width[i]! - GAP - 1, rowHeight - GAP - 1);
  }
  writeLabels(picture);
  markBoxes(picture);
}

function fillOf(palette: Palette, style: number): { fill: string; text: string } {
  return (style >= STYLES ? palette.faded : palette.fills)[kindOf(style)]![style % SHADES]!;
}

function kindOf(style: number): number {
  return Math.floor((style % STYLES) / SHADES);
}

function writeLabels({ context, boxes, graph, palette, labels, rowHeight, scrolled, nameOf, sideOf }: Picture): void {
  context.font = fontOf(palette);
  context.textBaseline = 'middle';
  for (let style = 0; style < labelled.length; style++) {
    const list = labelled[style]!;
    if (list.length === 0) continue;
    context.fillStyle = fillOf(palette, style).text;
    for (const i of list) {
      const width = boxes.width[i]!;
      const y = boxes.row[i]! * rowHeight - scrolled + rowHeight / 2;
      const node = boxes.node[i]!;
      const name = nameOf(graph.frame[node]!);
      const x = boxes.x[i]! + 6;
      const text = labels.fit(name, width - 11);
      if (text === '') continue;
      context.fillText(text, x, y);
      if (text !== name || width < 90) continue;
      // Where there is room, its time and the kind's letter stand on the right.
      const side = `${sideOf(i)}  ${KIND_LABELS[TIME_KINDS[graph.kind[node]!]!].letter}`.trimStart();
      const sideWidth = labels.width(side);
      if (labels.width(name) + sideWidth + 34 < width) context.fillText(side, boxes.x[i]! + width - 8 - sideWidth, y);
    }
  }
}

function markBoxes({ context, boxes, palette, rowHeight, scrolled, hovered, focused }: Picture): void {
  const outline = (x: number, boxWidth: number, row: number, colour: string, lineWidth: number): void => {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    const width = Math.max(lineWidth + 1, boxWidth - GAP);
    context.strokeRect(x + lineWidth / 2, row * rowHeight - scrolled + lineWidth / 2, width - lineWidth, rowHeight - GAP - lineWidth);
  };
  if (hovered >= 0) outline(boxes.x[hovered]!, boxes.width[hovered]!, boxes.row[hovered]!, palette.foreground, 1);
  if (focused === null) return;
  outline(focused.x, focused.width, focused.row, palette.background, 3);
  outline(focused.x, focused.width, focused.row, palette.focus, 2);
}
