// The context as it would be sent now: to read, to change, and to send once as changed.
import { button, el } from '../dom.js';

export function payloadPane(host) {
  return (pane) => {
    const field = el('textarea', { class: 'payload', spellcheck: false, 'aria-label': 'Context as JSON' });
    const verdict = el('p', { class: 'verdict', role: 'status' });
    const send = button('Send to the open tab', () => sendEdited(host, field.value, verdict), { class: 'button button--primary' });
    const reload = () => {
      field.value = JSON.stringify(host.payload(), null, 2);
      judge(host, field.value, verdict, send);
    };
    field.addEventListener('input', () => judge(host, field.value, verdict, send));
    pane.replaceChildren(
      el(
        'header',
        { class: 'pane-head' },
        el('h2', {}, 'Context of the open conversation'),
        el('span', { class: 'spacer' }),
        button('Take the current one', reload, { class: 'tools-button' }),
        send,
      ),
      field,
      verdict,
    );
    reload();
  };
}

function judge(host, text, verdict, send) {
  const problem = problemOf(text);
  const frame = host.activeFrame;
  verdict.className = problem ? 'verdict verdict--wrong' : 'verdict';
  verdict.textContent = problem ?? (frame?.view ? `${text.length.toLocaleString('en')} characters of valid JSON.` : 'Open an app’s tab to send it there.');
  send.disabled = Boolean(problem) || !frame?.view;
}

function sendEdited(host, text, verdict) {
  host.activeFrame.post(JSON.stringify(JSON.parse(text)), 'edited by hand');
  verdict.textContent = `Sent to ${host.activeFrame.app.title}.`;
}

// What is wrong with the text and where, in words; null if it is JSON.
export function problemOf(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const position = Number(error.message.match(/position (\d+)/)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    return `Line ${before.length}, column ${before.at(-1).length + 1}: ${error.message.replace(/ in JSON at position.*/s, '')}. Nothing is sent until this is JSON.`;
  }
}
