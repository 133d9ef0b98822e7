// An app that records what it is sent. Loaded synchronously at the top of <head>, as an app's listener should be.
// Query: name, ask=1 (ask while the document is parsed), slow=ms (delay `load`), inside=1 (the nested frame).
const FETCH_INFO = 'chatwoot-dashboard-app:fetch-info';
const query = new URLSearchParams(location.search);
const documentId = Math.random().toString(36).slice(2, 8);

window.recorded = [];

function describe(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function show(entry) {
  const list = document.getElementById('messages');
  if (!list) return;
  const item = document.createElement('li');
  const summary = document.createElement('summary');
  const details = document.createElement('details');
  const body = document.createElement('pre');
  summary.textContent = `${entry.time} · ${entry.event} · conversation ${entry.conversation ?? '–'} · ${entry.size} characters`;
  body.textContent = entry.text;
  details.append(summary, body);
  item.append(details);
  list.prepend(item);
}

window.addEventListener('message', (event) => {
  if (event.data?.probe && event.source === window.parent) {
    ask(event.data.probe);
    return;
  }
  const message = describe(event.data);
  const text = typeof event.data === 'string' ? JSON.stringify(message, null, 2) ?? event.data : String(event.data);
  const entry = {
    time: new Date().toLocaleTimeString(),
    documentId,
    origin: event.origin,
    event: message?.event ?? 'unknown',
    keys: Object.keys(message?.data ?? {}),
    conversation: message?.data?.conversation?.id,
    data: message?.data,
    size: text.length,
    text,
  };
  window.recorded.push(entry);
  show(entry);
});

function ask(how) {
  const ways = {
    plain: () => parent.postMessage(FETCH_INFO, '*'),
    json: () => parent.postMessage(JSON.stringify(FETCH_INFO), '*'),
    object: () => parent.postMessage({ event: FETCH_INFO }, '*'),
    nested: () => {
      const inner = document.createElement('iframe');
      inner.src = '?inside=1';
      inner.hidden = true;
      document.body.append(inner);
    },
    navigate: () => location.assign(`?name=${query.get('name') ?? ''}&page=${documentId}`),
  };
  ways[how]?.();
}

if (query.has('inside')) top.postMessage(FETCH_INFO, '*');
if (query.has('ask')) ask('plain');

addEventListener('DOMContentLoaded', () => {
  const name = query.get('name');
  if (name) document.querySelector('h1').textContent = name;
  window.recorded.forEach(show);
  document.querySelector('.buttons').addEventListener('click', (event) => ask(event.target.dataset.ask));
});
