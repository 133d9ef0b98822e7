// Builds elements. Text always goes in as text: names and messages come from strangers.
const SPRITE = new URL('./icons.svg', import.meta.url).href;
const SVG = 'http://www.w3.org/2000/svg';

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// Replaces an element's content; the keyboard's focus stays where it was, by `data-key`.
export function redraw(element, ...children) {
  const focused = element.contains(document.activeElement) && document.activeElement.dataset.key;
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('width', size);
  svg.setAttribute('height', size);
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

export function button(content, onclick, attributes = {}) {
  return el('button', { type: 'button', class: 'button', onclick, ...attributes }, content);
}

export function iconButton(name, label, onclick, attributes = {}) {
  return button(icon(name), onclick, { class: 'icon-button', title: label, 'aria-label': label, ...attributes });
}

export function option(value, label, isChosen) {
  return el('option', { value, selected: isChosen }, label);
}
