type Child = Node | string | null;

interface Attributes {
  class?: string | null;
  /** Attributes by name; null or false leaves one out. Never `style`, which the content security policy forbids. */
  [name: string]: string | number | boolean | null | undefined;
}

/** Makes an element. Strings become text nodes: no name of a profile is ever read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

/** A button with its action. */
export function button(text: string, attributes: Attributes, action: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', action);
  return made;
}
