// Every message between host and apps: newest first, the body on demand.
import { button, el, icon } from '../dom.js';

const MAX_ROWS = 300;

export function logPane(log) {
  return (pane) => {
    const rows = el('ol', { class: 'log-rows' }, log.entries.slice(-MAX_ROWS).reverse().map(row));
    pane.replaceChildren(
      el(
        'header',
        { class: 'pane-head' },
        el('h2', {}, 'Messages between host and apps'),
        el('span', { class: 'spacer' }),
        button('Clear', () => log.clear(), { class: 'tools-button' }),
      ),
      log.entries.length ? rows : el('p', { class: 'pane-empty' }, 'None yet. Open an app’s tab.'),
    );
  };
}

function row(entry) {
  const details = el('details', { class: `log-row log-row--${entry.direction}` });
  const arrow = { in: 'arrow-out', out: 'arrow-in', error: 'alert' }[entry.direction];
  details.append(
    el(
      'summary',
      {},
      el('time', {}, localTime(entry.time)),
      icon(arrow, 14),
      el('strong', {}, entry.event),
      el('span', { class: 'log-way' }, `${entry.from} → ${entry.to}`),
      el('span', { class: 'log-reason' }, reason(entry)),
      el('span', { class: 'log-size' }, `${entry.size.toLocaleString('en')} B`),
    ),
  );
  // Bodies may have hundreds of kilobytes: written only when looked at.
  details.addEventListener('toggle', () => details.open && details.append(el('pre', {}, pretty(entry.body))), { once: true });
  return details;
}

function localTime(time) {
  return new Date(time).toLocaleTimeString('en-GB', { fractionalSecondDigits: 3 });
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
