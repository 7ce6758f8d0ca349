// What a page without any of the panel reaches: a worker that fetches and reads the profile as ours does, and one canvas.
import { buildSync } from 'esbuild';
import { join } from 'node:path';

const webview = join(import.meta.dirname, '../../src/webview');

const worker = `
import { openProfile } from './profile/load.ts';
onmessage = async ({ data }) => {
  const { loaded } = openProfile(new Uint8Array(await (await fetch(data)).arrayBuffer()));
  postMessage({ graph: loaded.graph, frames: loaded.frames });
};`;

const page = `
import { collectLeftHeavy, noBoxes } from './graph/boxes.ts';
import { frameName } from './profile/parsed.ts';
const worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' })));
worker.postMessage(location.origin + '/profiles/' + new URLSearchParams(location.search).get('profile') + '.cpuprofile');
const canvas = document.createElement('canvas');
canvas.width = innerWidth;
canvas.height = innerHeight - 100;
document.body.append(canvas);
const pen = canvas.getContext('2d', { alpha: false });
worker.onmessage = ({ data: { graph, frames } }) => {
  const boxes = noBoxes();
  collectLeftHeavy(graph, { view: { start: 0, end: graph.total[0] }, width: canvas.width, firstRow: 0, lastRow: canvas.height / 20 }, boxes);
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = '#d18616';
  for (let i = 0; i < boxes.count; i++) pen.fillRect(boxes.x[i], boxes.row[i] * 20, boxes.width[i] - 1, 19);
  pen.fillStyle = '#000';
  pen.font = '12px sans-serif';
  for (let i = 0; i < boxes.count; i++)
    if (boxes.width[i] > 30) pen.fillText(frameName(frames, graph.frame[boxes.node[i]]).slice(0, boxes.width[i] / 8), boxes.x[i] + 4, boxes.row[i] * 20 + 14);
};`;

/** The text of the page's script. */
export function plainScript() {
  const text = (contents, define = {}) =>
    buildSync({ stdin: { contents, resolveDir: webview, loader: 'ts' }, bundle: true, minify: true, format: 'iife', write: false, define })
      .outputFiles[0].text;
  return text(page, { WORKER: JSON.stringify(text(worker)) });
}
