import { TIME_KINDS } from '../../core/profile/time-kind.ts';
import type { Palette } from '../graph/palette.ts';

/** Calls back whenever the colours of the page change: VS Code changes the body's class and the root's style. */
export function watchTheme(changed: () => void): void {
  let asked = 0;
  const later = (): void => {
    if (asked === 0)
      asked = requestAnimationFrame(() => {
        asked = 0;
        changed();
      });
  };
  const observer = new MutationObserver(later);
  for (const element of [document.documentElement, document.body])
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] });
  // paintKinds writes to #unblock alone, which isn't watched.
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'])
    matchMedia(query).addEventListener('change', later);
}

/** Gives the style sheet the fills and text colours that the canvas uses, checked for contrast. */
export function paintKinds(root: HTMLElement, palette: Palette): void {
  for (const [kind, name] of TIME_KINDS.entries()) {
    root.style.setProperty(`--fill-${name}`, palette.fills[kind]![0]!.fill);
    root.style.setProperty(`--text-${name}`, palette.fills[kind]![0]!.text);
  }
  root.style.setProperty('--hatch', palette.hatch);
}
