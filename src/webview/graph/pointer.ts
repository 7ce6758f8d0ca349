/** What the mouse, a pen or a touch pad does, in CSS pixels of the canvas. */
export interface PointerEvents {
  /** x is -1 when the pointer has left. */
  hover(x: number, y: number): void;
  click(x: number, y: number): void;
  doubleClick(x: number, y: number): void;
  drag(dx: number, dy: number): void;
  /** Around x; above 1 zooms in. */
  zoom(factor: number, x: number): void;
  scroll(dx: number, dy: number): void;
}

/** Further than this is a drag, not a click. */
const CLICK_PX = 4;

export function listenToPointer(canvas: HTMLCanvasElement, events: PointerEvents): void {
  let held: { x: number; y: number; dragged: boolean } | null = null;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    held = { x: event.offsetX, y: event.offsetY, dragged: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const { offsetX: x, offsetY: y } = event;
    if (held === null) {
      events.hover(x, y);
      return;
    }
    if (!held.dragged && Math.hypot(x - held.x, y - held.y) < CLICK_PX) return;
    if (!held.dragged) {
      canvas.classList.add('dragging');
      events.hover(-1, -1);
    }
    events.drag(x - held.x, y - held.y);
    held = { x, y, dragged: true };
  });
  canvas.addEventListener('pointerup', (event) => {
    if (held !== null && !held.dragged) events.click(event.offsetX, event.offsetY);
    held = null;
    canvas.classList.remove('dragging');
  });
  canvas.addEventListener('pointercancel', () => {
    held = null;
    canvas.classList.remove('dragging');
  });
  canvas.addEventListener('pointerleave', () => events.hover(-1, -1));
  canvas.addEventListener('dblclick', (event) => events.doubleClick(event.offsetX, event.offsetY));
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      // Lines and pages in pixels.
      const unit = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? canvas.clientHeight : 1;
      const dx = event.deltaX * unit;
      const dy = event.deltaY * unit;
      if (event.shiftKey) events.scroll(0, dy === 0 ? dx : dy);
      else if (Math.abs(dx) > Math.abs(dy)) events.scroll(dx, 0);
      else events.zoom(Math.exp(-Math.max(-120, Math.min(120, dy)) * (event.ctrlKey ? 0.01 : 0.0025)), event.offsetX);
    },
    { passive: false },
  );
}
