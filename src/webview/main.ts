/**
 * The flame graph page: in the editor's panel and in a saved HTML report alike.
 *
 * What its host must provide: the HTML of `webviewHtml` (core/report/html.ts): a `<div id="unblock">`, this script with a nonce, and the
 * policy `default-src 'none'; script-src 'nonce-…'; worker-src blob:`. The page brings its own style sheet (constructed, so that no
 * `style-src` is needed) and reads VS Code's theme variables. It says `ready` when it listens; the host then sends `show`
 * (protocol/panel.ts). A saved report carries its data in the page instead, and is shown without a host.
 */
import { page } from './panel/page.ts';
import { connect } from './host.ts';
import { prepareReader } from './profile/reader.ts';
import sheet from './style.css';

const root = document.getElementById('unblock') ?? document.body;
const expectedBytes = Number(root.dataset['bytes'] ?? 0);
prepareReader(expectedBytes);
const host = connect((message) => shown.receive(message));

const style = new CSSStyleSheet();
style.replaceSync(sheet);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

const shown = page(root, host, expectedBytes);
