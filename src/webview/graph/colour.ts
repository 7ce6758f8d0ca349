/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** `share` of the first colour over the second. */
export function mix(colour: Rgb, over: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(colour[i]! * share + over[i]! * (1 - share))) as unknown as Rgb;
}

export function css(colour: Rgb): string {
  return `rgb(${colour.join(', ')})`;
}

/** Relative luminance as WCAG 2.1 defines it. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.1 contrast, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function isDark(colour: Rgb): boolean {
  return luminance(colour) < 0.2;
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** Whichever of black and white reads better; one of them always reaches 4.5. */
export function textOn(fill: Rgb): Rgb {
  return contrast(BLACK, fill) >= contrast(WHITE, fill) ? BLACK : WHITE;
}
