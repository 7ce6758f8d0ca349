import type { Report } from '../core/report/report.ts';
import type { ToPanel } from '../protocol/panel.ts';

/**
 * What a saved HTML report carries: `#unblock-page` with title, report and the lanes' names, and each lane's profile cut into blocks of
 * text. The blocks are taken one at a time, so that the page stays responsive however large the profile is. Null where there is none.
 */
export function embeddedMessage(): Promise<ToPanel> | null {
  const page = document.getElementById('unblock-page')?.textContent;
  return page == null ? null : readEmbedded(page);
}

async function readEmbedded(page: string): Promise<ToPanel> {
  const { title, report, lanes } = JSON.parse(page) as { title: string; report: Report | null; lanes: string[] };
  const encoder = new TextEncoder();
  const read: { name: string; bytes: Uint8Array }[] = [];
  for (let lane = 0; lane < lanes.length; lane++) {
    const pieces: Uint8Array[] = [];
    let busySince = performance.now();
    for (const block of document.querySelectorAll(`script[data-lane="${lane}"]`)) {
      pieces.push(encoder.encode(block.textContent));
      if (performance.now() - busySince < 12) continue;
      await new Promise((resolve) => setTimeout(resolve));
      busySince = performance.now();
    }
    read.push({ name: lanes[lane]!, bytes: joined(pieces) });
  }
  return { type: 'show', title, report, compared: null, lanes: read };
}

function joined(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
