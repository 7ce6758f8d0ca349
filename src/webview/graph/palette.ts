import { TIME_KINDS } from '../../core/profile/time-kind.ts';
import { css, isDark, mix, textOn, type Rgb } from './colour.ts';

/** What the graph is painted with, read from the theme. */
export interface Palette {
  /** For each kind a few shades, so that neighbours can be told apart. */
  fills: { fill: string; text: string }[][];
  /** The same, faded: what a search or a filter leaves out. */
  faded: { fill: string; text: string }[][];
  /** Lines over the fill of overlapped waits. */
  hatch: string;
  background: string;
  foreground: string;
  /** Around the focused box, and its background-coloured inner edge. */
  focus: string;
  /** Around every box in high contrast; else null. */
  outline: string | null;
  font: string;
}

export const SHADES = 3;

/** Reads the theme's colours off an element. */
export function readPalette(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const background = toRgb(value('--background'), [255, 255, 255]);
  const read = (name: string): Rgb => toRgb(value(name), [128, 128, 128], background);
  const highContrast = value('--high-contrast') === '1';
  // On dark backgrounds fuller, so that one colour of text reads well on all of them.
  const strength = highContrast ? [0.42, 0.5, 0.46] : isDark(background) ? [0.86, 0.96, 0.91] : [0.74, 0.84, 0.79];
  const overlapped = mix(read('--kind-await-overlapped'), background, strength[0]!);
  const hatch = highContrast ? mix(textOn(overlapped), overlapped, 0.4) : mix(background, overlapped, 0.45);
  const shadesOf = (kind: string, weight: number): { fill: string; text: string }[] =>
    strength.map((share) => {
      const fill = mix(read(`--kind-${kind}`), background, share * weight);
      const faint = weight < 1;
      return { fill: css(fill), text: css(faint ? mix(textOn(fill), fill, 0.72) : textOn(fill)) };
    });
  return {
    fills: TIME_KINDS.map((kind) => shadesOf(kind, 1)),
    faded: TIME_KINDS.map((kind) => shadesOf(kind, 0.28)),
    hatch: css(hatch),
    background: css(background),
    foreground: css(read('--foreground')),
    // Not the theme's focus colour, which may be that of the box.
    focus: css(read('--strong')),
    outline: highContrast ? css(read('--foreground')) : null,
    font: style.fontFamily,
  };
}

let pen: CanvasRenderingContext2D | null = null;

/** Any CSS colour in numbers, its transparency laid over `over`. */
function toRgb(text: string, otherwise: Rgb, over: Rgb = [255, 255, 255]): Rgb {
  if (text === '') return otherwise;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) return [parseInt(hex[1]!, 16), parseInt(hex[2]!, 16), parseInt(hex[3]!, 16)];
  if (pen === null) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    pen = canvas.getContext('2d', { willReadFrequently: true });
  }
  if (pen === null) return otherwise;
  pen.fillStyle = css(over);
  pen.fillRect(0, 0, 1, 1);
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  const pixel = pen.getImageData(0, 0, 1, 1).data;
  return [pixel[0]!, pixel[1]!, pixel[2]!];
}
