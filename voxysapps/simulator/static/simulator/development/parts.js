// The inspector's building blocks. Whatever is shown goes in as text.
import { button, el } from '../dom.js';

// `copied`: what a button copies as JSON, where there is something to copy.
export function block(title, content, copied) {
  const copy = copied && button('Copy', ({ target }) => copyJson(copied, target), { class: 'tools-button', 'aria-label': `Copy ${title.toLowerCase()} as JSON` });
  return el('section', { class: 'inspected-block' }, el('header', {}, el('h3', {}, title), copy), content);
}

export function facts(pairs) {
  const told = Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return el('dl', { class: 'facts' }, told.map(([name, value]) => [el('dt', {}, name), el('dd', { class: name === 'failure' || name === 'problem' ? 'wrong' : '' }, String(value))]));
}

export function json(value) {
  return el('pre', { class: 'json', tabIndex: 0 }, JSON.stringify(value, null, 2));
}

async function copyJson(value, target) {
  await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
  target.textContent = 'Copied';
  setTimeout(() => (target.textContent = 'Copy'), 1500);
}
