// Every message between host and apps: newest first, the body on demand.
import { button, el, icon } from '../dom.js';

const MAX_ROWS = 300;

export class LogPane {
  #rows = new Map();

  constructor(log) {
    this.log = log;
  }

  draw(pane) {
    this.#rows.clear();
    this.list = el('ol', { class: 'log-rows' });
    this.empty = el('p', { class: 'pane-empty' }, 'None yet. Open an app’s tab.');
    pane.replaceChildren(
      el(
        'header',
        { class: 'pane-head' },
        el('h2', {}, 'Messages between host and apps'),
        el('span', { class: 'spacer' }),
        button('Clear', () => this.log.clear(), { class: 'tools-button' }),
      ),
      this.empty,
      this.list,
    );
    this.refresh();
  }

  // Adds what is new, so that a body that was opened stays open.
  refresh() {
    const entries = this.log.entries.slice(-MAX_ROWS);
    const kept = new Set(entries);
    for (const [entry, row] of this.#rows) {
      if (kept.has(entry)) continue;
      row.remove();
      this.#rows.delete(entry);
    }
    for (const entry of entries) {
      if (!this.#rows.has(entry)) this.#add(entry);
      this.#rows.get(entry).querySelector('.log-reason').textContent = reason(entry);
    }
    this.empty.hidden = entries.length > 0;
  }

  #add(entry) {
    const row = el('li', {}, details(entry));
    this.#rows.set(entry, row);
    this.list.prepend(row);
  }
}

function details(entry) {
  const arrow = { in: 'arrow-out', out: 'arrow-in', error: 'alert' }[entry.direction];
  const element = el(
    'details',
    { class: `log-row log-row--${entry.direction}` },
    el(
      'summary',
      {},
      el('time', {}, localTime(entry.time)),
      icon(arrow, 14),
      el('strong', {}, entry.event),
      el('span', { class: 'log-way' }, `${entry.from} → ${entry.to}`),
      el('span', { class: 'log-reason' }),
      el('span', { class: 'log-size' }, `${entry.size.toLocaleString('en')} B`),
    ),
  );
  // Bodies may have hundreds of kilobytes: written only when looked at.
  element.addEventListener('toggle', () => element.append(el('pre', {}, pretty(entry.body))), { once: true });
  return element;
}

function localTime(time) {
  return new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
}

function reason({ direction, event, reason: words, answeredTo }) {
  if (direction !== 'in') return words ?? '';
  if (event === 'ignored') return 'not the exact request: ignored';
  return answeredTo.length ? `answered to ${answeredTo.join(', ')}` : 'nobody is answered';
}

function pretty(body) {
  if (typeof body !== 'string') return JSON.stringify(body, null, 2);
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
