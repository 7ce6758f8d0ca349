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

/** Boxes by fill: changing the fill of a canvas costs more than a rectangle does. */
const byFill: number[][] = Array.from({ length: TIME_KINDS.length * SHADES * 2 }, () => []);

export function paint(picture: Picture): void {
  const { context, width, height, rowHeight, scrolled, boxes, graph, palette, faded } = picture;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width, height);
  for (const list of byFill) list.length = 0;
  for (let i = 0; i < boxes.count; i++) {
    const node = boxes.node[i]!;
    const shade = (graph.frame[node]! * 7 + 3) % SHADES;
    byFill[((faded?.(node) ?? false) ? TIME_KINDS.length * SHADES : 0) + graph.kind[node]! * SHADES + shade]!.push(i);
  }
  for (let style = 0; style < byFill.length; style++) {
    const list = byFill[style]!;
    if (list.length === 0) continue;
    context.fillStyle = fillOf(palette, style).fill;
    for (const i of list) fillBox(picture, i);
    if (kindOf(style) === KIND.awaitOverlapped && picture.hatch !== null) {
      context.fillStyle = picture.hatch;
      for (const i of list) fillBox(picture, i);
    }
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
  const all = TIME_KINDS.length * SHADES;
  const fills = style >= all ? palette.faded : palette.fills;
  return fills[kindOf(style)]![style % SHADES]!;
}

function kindOf(style: number): number {
  return Math.floor((style % (TIME_KINDS.length * SHADES)) / SHADES);
}

function fillBox({ context, boxes, rowHeight, scrolled }: Picture, i: number): void {
  const width = boxes.width[i]!;
  context.fillRect(boxes.x[i]!, boxes.row[i]! * rowHeight - scrolled, width > 3 ? width - GAP : width, rowHeight - GAP);
}

function writeLabels({ context, boxes, graph, palette, labels, rowHeight, scrolled, nameOf, sideOf }: Picture): void {
  context.font = fontOf(palette);
  context.textBaseline = 'middle';
  for (let style = 0; style < byFill.length; style++) {
    const list = byFill[style]!;
    if (list.length === 0) continue;
    context.fillStyle = fillOf(palette, style).text;
    for (const i of list) {
      const width = boxes.width[i]!;
      if (width < NARROWEST_LABEL) continue;
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
