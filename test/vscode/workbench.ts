import type { FrameLocator, Locator, Page } from 'playwright-core';

/** What a person does in VS Code, as keys and clicks in its workbench. Each waits for what the person would see. */

const patient = { timeout: 60_000 };

/** The workbench with its file explorer, ready for keys. */
export async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor(patient);
}

/** Opens a file by its path in the workspace, as with Ctrl+P. */
export async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press('Control+P');
  await chooseRow(page, path, path.slice(path.lastIndexOf('/') + 1));
  await tab(page, path.slice(path.lastIndexOf('/') + 1)).waitFor(patient);
}

/** Runs a command by its title from the palette, which has to list it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await chooseRow(page, `>${title}`, title);
  await page
    .locator('.quick-input-widget')
    .first()
    .waitFor({ state: 'hidden', ...patient });
}

/** Lets the system's colours change, which VS Code follows where `window.autoDetectColorScheme` is set. */
export async function changeColours(page: Page, colours: 'dark' | 'light' | 'high contrast'): Promise<void> {
  await page.emulateMedia({
    colorScheme: colours === 'light' ? 'light' : 'dark',
    forcedColors: colours === 'high contrast' ? 'active' : 'none',
  });
  const className = { dark: 'vs-dark', light: 'vs', 'high contrast': 'hc-black' }[colours];
  await page.locator(`.monaco-workbench.${className}`).first().waitFor(patient);
}

/** Types into the quick input that is open and takes the row that reads as `label`. */
async function chooseRow(page: Page, text: string, label: string): Promise<void> {
  const input = page.locator('.quick-input-widget:visible input[type="text"]').first();
  await input.waitFor(patient);
  await input.fill(text);
  const row = page
    .locator('.quick-input-list .monaco-list-row', { has: page.locator('.label-name', { hasText: new RegExp(`^${escape(label)}$`) }) })
    .first();
  await row.waitFor(patient);
  await row.click();
  await page
    .locator('.quick-input-widget')
    .first()
    .waitFor({ state: 'hidden', ...patient });
}

export function tab(page: Page, name: string): Locator {
  return page.locator('.tabs-container .tab', { hasText: name }).first();
}

/** Gives an open editor the keyboard. */
export async function focusEditor(page: Page, name: string): Promise<void> {
  await tab(page, name).click();
  await page.locator('.editor-instance .monaco-editor .view-lines').first().waitFor(patient);
  await page.keyboard.press('Control+1');
}

/** Puts the cursor at the beginning of a line's text, as with Ctrl+G. */
export async function goToLine(page: Page, line: number): Promise<void> {
  await page.keyboard.press('Control+G');
  const input = page.locator('.quick-input-widget:visible input[type="text"]').first();
  await input.waitFor(patient);
  await input.fill(`:${line}`);
  await page.keyboard.press('Enter');
  await input.waitFor({ state: 'hidden', ...patient });
  await page.keyboard.press('Home');
}

/** Puts the cursor at the first problem of the editor with the keyboard, as with F8. */
export async function goToNextProblem(page: Page): Promise<void> {
  await page.keyboard.press('F8');
  const peek = page.locator('.monaco-editor .marker-widget').first();
  await peek.waitFor(patient);
  // Escape closes a notification first where there is one.
  for (let presses = 0; presses < 5 && (await peek.isVisible()); presses++) {
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached', timeout: 2_000 }).catch(() => undefined);
  }
  await peek.waitFor({ state: 'detached', timeout: 1_000 });
}

/** The titles that the light bulb offers where the cursor is. They are asked for again until one matches: code actions appear when extensions have answered. */
export async function lightBulb(page: Page, wanted: RegExp): Promise<Locator> {
  const rows = page.locator('.action-widget .monaco-list-row');
  const row = rows.filter({ hasText: wanted }).first();
  const giveUp = Date.now() + patient.timeout;
  for (;;) {
    await page.keyboard.press('Control+.');
    const shown = await row.waitFor({ timeout: 4_000 }).then(
      () => true,
      () => false,
    );
    if (shown) return row;
    if (Date.now() > giveUp)
      throw new Error(`The light bulb offers nothing like ${String(wanted)}, but: ${(await rows.allInnerTexts()).join(' | ')}`);
    await page.keyboard.press('Escape');
  }
}

/** Waits until VS Code's preview shows what would change. */
export async function waitForPreview(page: Page): Promise<void> {
  await page.locator('.bulk-edit-panel .monaco-list-row').first().waitFor(patient);
}

/** Accepts the change that VS Code's preview shows, as it shows one of several files. */
export async function applyPreview(page: Page): Promise<void> {
  await page.locator('.bulk-edit-panel .monaco-button', { hasText: 'Apply' }).first().click(patient);
}

/** The document of the webview that is shown. */
export function webview(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
}

/** Colours on a canvas, counted on every fourth pixel each way; fewer than 3 mean that nothing has been drawn. */
export function colourCount(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const source = element as HTMLCanvasElement;
    // A copy, as a canvas may hand out its pixels in one kind of context only.
    const copy = document.createElement('canvas');
    copy.width = source.width;
    copy.height = source.height;
    const context = copy.getContext('2d')!;
    context.drawImage(source, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer);
    const colours = new Set<number>();
    for (let y = 0; y < copy.height; y += 4) for (let x = 0; x < copy.width; x += 4) colours.add(pixels[y * copy.width + x]!);
    return colours.size;
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
