/** Fits names into boxes, measuring each character once. */
export interface Labels {
  /** As much of a text as fits, with an ellipsis where it was cut; empty when nothing useful does. */
  fit(text: string, width: number): string;
  width(text: string): number;
}

export function labels(measure: (text: string) => number): Labels {
  const known = new Map<string, number>();
  const of = (character: string): number => {
    let width = known.get(character);
    if (width === undefined) {
      width = measure(character);
      known.set(character, width);
    }
    return width;
  };
  const ellipsis = '…';
  return {
    width(text) {
      let sum = 0;
      for (const character of text) sum += of(character);
      return sum;
    },
    fit(text, width) {
      const room = width - of(ellipsis);
      let sum = 0;
      let length = 0;
      let fitting = 0;
      for (const character of text) {
        sum += of(character);
        if (sum > width) return fitting < 2 ? '' : text.slice(0, fitting) + ellipsis;
        length += character.length;
        if (sum <= room) fitting = length;
      }
      return text;
    },
  };
}
