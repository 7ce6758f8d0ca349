import { chromium, type Browser, type Page } from 'playwright-core';
import { installChromium } from '../../scripts/install-test-tools.mjs';

/** Chromium with everything that would go to the network by itself turned off. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: installChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that reaches the local server only; VS Code serves its webviews from addresses below vscode-cdn, which its service worker answers. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await context.route(
    (url) => url.hostname !== '127.0.0.1' && !url.hostname.includes('vscode-cdn'),
    (route) => route.abort(),
  );
  return page;
}
