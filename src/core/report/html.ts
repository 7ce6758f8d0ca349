import type { CpuProfile } from '../recording.ts';
import type { Report } from './report.ts';
import { sha256Base64 } from './sha256.ts';

/** The frame of the flame graph page, the same in the editor and in a saved report. */
export interface PageFrame {
  title: string;
  /** About how large the first profile is that will be shown: a large one is prepared for while it arrives. */
  bytes: number;
  /** What may run: `'nonce-…'` or `'sha256-…'`, with their quotes. */
  scriptSource: string;
  /** Ready-made elements that end the body: the script, and what it reads. */
  scripts: string;
}

/**
 * The HTML that hosts the page's script: nothing but a root element and a strict content security policy. The script brings its style
 * sheet itself (a constructed one, which no policy restricts) and starts its worker from a blob; nothing is ever fetched.
 */
export function pageHtml({ title, bytes, scriptSource, scripts }: PageFrame): string {
  const policy = `default-src 'none'; script-src ${scriptSource}; worker-src blob:; style-src 'none'; img-src 'none'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
</head>
<body>
<div id="unblock" data-bytes="${bytes}"></div>
${scripts}
</body>
</html>
`;
}

/**
 * The page for an editor's webview: `script` is the text of `webview.js`, `nonce` a fresh random one. The script stands in the page, as
 * a policy in a page keeps the browser from asking for scripts ahead, and webviews fetch slowly.
 */
export function webviewHtml(options: { title: string; bytes: number; script: string; nonce: string }): string {
  const nonce = escapeHtml(options.nonce);
  return pageHtml({
    title: options.title,
    bytes: options.bytes,
    scriptSource: `'nonce-${nonce}'`,
    scripts: `<script nonce="${nonce}">${inElement(options.script)}</script>`,
  });
}

export interface HtmlReport {
  title: string;
  /** Null for a profile without a report. */
  report: Report | null;
  /** The main lane first. */
  lanes: readonly { name: string; profile: CpuProfile }[];
  /** The text of `webview.js`. */
  webviewScript: string;
}

/** A report and its flame graph in one file that opens anywhere, offline. */
export function htmlReport({ title, report, lanes, webviewScript }: HtmlReport): string {
  const script = inElement(webviewScript);
  const page = inScript({ title, report, lanes: lanes.map((lane) => lane.name) });
  const data = [`<script type="application/json" id="unblock-page">${page}</script>`];
  const texts = lanes.map((lane) => inScript(lane.profile));
  for (const [index, text] of texts.entries())
    for (const block of blocks(text)) data.push(`<script type="application/json" data-lane="${index}">${block}</script>`);
  return pageHtml({
    title,
    bytes: texts[0]?.length ?? 0,
    scriptSource: `'sha256-${sha256Base64(script)}'`,
    scripts: `${data.join('\n')}\n<script>${script}</script>`,
  });
}

/**
 * A script that can't end its element early: inside strings, the only place where these can be in JavaScript that a bundler wrote, the
 * escapes mean the same. Line ends as the browser will read them, since a hash is taken of what it reads.
 */
function inElement(script: string): string {
  return script.replace(/\r\n?/g, '\n').replace(/<(?=\/script|script|!--)/gi, '\\x3c');
}

/** JSON that can't end its script element early, whatever names it holds: `<` occurs in JSON inside strings only, where it may be escaped. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Large texts in pieces that a page can take one at a time. */
const BLOCK = 1 << 20;

function blocks(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + BLOCK);
    // Not between the halves of a surrogate pair.
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end--;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
