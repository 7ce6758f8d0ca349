/** The part of the time axis that is seen, in µs. */
export interface View {
  start: number;
  end: number;
}

/** No narrower than this: a box of one sample is wide enough to read then. */
const NARROWEST_US = 10;

/** Keeps a view inside the whole, with its width where possible. */
export function clampView(view: View, whole: number): View {
  const width = Math.min(whole, Math.max(Math.min(NARROWEST_US, whole), view.end - view.start));
  const start = Math.min(Math.max(0, view.start), whole - width);
  return { start, end: start + width };
}

/** Zooms by a factor (above 1 shows less) around a point of the view, 0 to 1 from its left. */
export function zoomAround(view: View, factor: number, point: number, whole: number): View {
  const width = (view.end - view.start) / factor;
  const at = view.start + (view.end - view.start) * point;
  return clampView({ start: at - width * point, end: at - width * point + width }, whole);
}

/** Moves by a part of the view's width. */
export function panBy(view: View, part: number, whole: number): View {
  const shift = (view.end - view.start) * part;
  return clampView({ start: view.start + shift, end: view.end + shift }, whole);
}

/** Between two views, `progress` 0 to 1, slowing down at the end. */
export function between(from: View, to: View, progress: number): View {
  const eased = 1 - (1 - progress) ** 3;
  return { start: from.start + (to.start - from.start) * eased, end: from.end + (to.end - from.end) * eased };
}
