import { el } from '../dom.js';
import { hashed, initials } from '../format.js';

const COLOURS = 6;

// A contact's or agent's picture: initials on a colour of their own, and whether they are there.
export function avatar(name, { size = 'medium', availability } = {}) {
  const known = name || '?';
  return el(
    'span',
    { class: `avatar avatar--${size} avatar--${hashed(known, COLOURS)}`, 'aria-hidden': 'true' },
    initials(known),
    availability && availability !== 'offline' && el('span', { class: `presence presence--${availability}` }),
  );
}
