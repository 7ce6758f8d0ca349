import inspector from 'node:inspector';

const { parse } = JSON;

/**
 * Source maps that stand in the text that was loaded and not in the file, as a test runner transforms what it loads: script URL → JSON text, for
 * those of `wanted`. Asks V8 for every script of the calling thread (about 50 ms), so that it is for the end of a run.
 */
export function loadedSourceMaps(wanted: ReadonlySet<string>): Record<string, string> {
  const maps: Record<string, string> = {};
  const session = new inspector.Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params: { url, sourceMapURL } }) => {
    if (!sourceMapURL || !wanted.has(url)) return;
    const text = inlineText(sourceMapURL);
    if (text !== null) maps[url] = text;
  });
  session.post('Debugger.enable');
  session.disconnect();
  return maps;
}

/** The JSON text in a data URL; null for anything else. */
function inlineText(url: string): string | null {
  const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url);
  if (!inline) return null;
  try {
    const text = inline[1] ? Buffer.from(inline[2]!, 'base64').toString('utf8') : decodeURIComponent(inline[2]!);
    parse(text);
    return text;
  } catch {
    return null;
  }
}
