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

/** A sentence of a report, in which names of code stand between backticks: nodes to be put into an element. */
export function sentence(text: string): (HTMLElement | string)[] {
  const parts = text.split('`');
  // A backtick without another one is one that the reader is to see.
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part)).filter((part) => part !== '');
}

/** A button with its action. */
export function button(text: string, attributes: Attributes, action: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', action);
  return made;
}
