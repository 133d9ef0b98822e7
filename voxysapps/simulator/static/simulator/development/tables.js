// What was asked, as tables.
import { el } from '../dom.js';
import { ago, bytes, milliseconds } from './words.js';

export function callsTable(calls) {
  if (!calls.length) return el('p', { class: 'pane-empty' }, 'No request left.');
  const rows = calls.map((call) => [
    call.method,
    call.address,
    call.problem || String(call.status),
    milliseconds(call),
    bytes(call.size),
    call.fault && `fault: ${call.fault}`,
  ]);
  return table(['', 'Address', 'Status', 'Time', 'Size', ''], rows);
}

export function requestsTable(requests, now) {
  const rows = requests.map((request) => [
    ago(request.at, now),
    `${request.method} ${request.path || 'frame'}`,
    String(request.status),
    milliseconds(request),
    `${request.queries.count} queries`,
    bytes(request.size),
    request.calls.length ? `${request.calls.length} calls: ${request.calls.map(({ address }) => address).join(', ')}` : '',
  ]);
  return table(['When', 'Request', 'Status', 'Time', 'Queries', 'Size', 'The host was asked'], rows);
}

export function queriesNote({ count, statements }) {
  if (!count) return null;
  return el(
    'details',
    { class: 'queries' },
    el('summary', {}, `${count} queries`),
    el('ol', {}, statements.map((sql) => el('li', {}, el('code', {}, sql)))),
  );
}

function table(heads, rows) {
  return el(
    'table',
    { class: 'inspected-table' },
    el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, rows.map((cells) => el('tr', {}, cells.map((cell) => el('td', {}, cell))))),
  );
}
