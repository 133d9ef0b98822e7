// The context as it would be sent now: to read, to change, and to send once as changed.
import { button, el, option } from '../dom.js';
import { GENERATIONS, generationNamed } from '../generations/index.js';

export class PayloadPane {
  #isEdited = false;

  #recorded = {};

  // `recorded`: returns what real hosts have sent, by name.
  constructor(host, recorded) {
    this.host = host;
    this.recorded = recorded;
  }

  draw(pane) {
    this.field = el('textarea', { class: 'payload', spellcheck: false, 'aria-label': 'Context as JSON', oninput: () => this.#edited() });
    this.verdict = el('p', { class: 'verdict', role: 'status' });
    this.send = button('Send to the open tab', () => this.#send(), { class: 'button button--primary' });
    this.choice = el('select', { title: 'Take another one', 'aria-label': 'Take another one', onchange: ({ target }) => this.#takeChosen(target) });
    this.#offer();
    pane.replaceChildren(
      el(
        'header',
        { class: 'pane-head' },
        el('h2', {}, 'Context of the open conversation'),
        el('span', { class: 'spacer' }),
        this.choice,
        button('Take the current one', () => this.#takeCurrent(), { class: 'tools-button' }),
        this.send,
      ),
      this.field,
      this.verdict,
    );
    this.#takeCurrent();
  }

  // What somebody has edited stays until they ask for the current one.
  refresh() {
    if (this.#isEdited) this.#judge();
    else this.#takeCurrent();
  }

  #takeCurrent() {
    this.#isEdited = false;
    this.field.value = JSON.stringify(this.host.payload(), null, 2);
    this.#judge();
  }

  // The open conversation as each generation would send it, and what hosts have really sent.
  async #offer() {
    if (!Object.keys(this.#recorded).length) this.#recorded = await this.recorded().catch(() => ({}));
    this.choice.replaceChildren(
      option('', 'Take another one …', true),
      el('optgroup', { label: 'This conversation, as sent by' }, GENERATIONS.map(({ id, name }) => option(`as:${id}`, name))),
      el('optgroup', { label: 'Recorded from hosts' }, Object.keys(this.#recorded).map((name) => option(`of:${name}`, name))),
    );
  }

  #takeChosen(choice) {
    const [kind, name] = choice.value.split(':');
    const data = () => generationNamed(name).data(this.host.store);
    const payload = kind === 'as' ? { event: 'appContext', data: data() } : this.#recorded[name];
    choice.value = '';
    if (!payload) return;
    this.field.value = JSON.stringify(payload, null, 2);
    this.#edited();
  }

  #edited() {
    this.#isEdited = true;
    this.#judge();
  }

  #judge() {
    const text = this.field.value;
    const problem = problemOf(text);
    const isOpen = Boolean(this.host.activeFrame?.view);
    const edited = this.#isEdited ? ', edited' : '';
    this.verdict.className = problem ? 'verdict verdict--wrong' : 'verdict';
    this.verdict.textContent =
      problem ?? (isOpen ? `${text.length.toLocaleString('en')} characters of valid JSON${edited}.` : 'Open an app’s tab to send it there.');
    this.send.disabled = Boolean(problem) || !isOpen;
  }

  #send() {
    const frame = this.host.activeFrame;
    frame.post(JSON.stringify(JSON.parse(this.field.value)), this.#isEdited ? 'edited by hand' : 'sent by hand');
    this.verdict.textContent = `Sent to ${frame.app.title}.`;
  }
}

// What is wrong with the text and where, in words; null if it is JSON.
export function problemOf(text) {
  const fault = faultIn(text);
  if (!fault) return null;
  const position = fault.isAtEnd ? text.length : firstFault(text);
  const before = text.slice(0, position).split('\n');
  const words = fault.isAtEnd ? 'the text ends too early' : `“${[...text.slice(position)][0]}” is not expected here`;
  return `Line ${before.length}, column ${before.at(-1).length + 1}: ${words}. Nothing is sent until this is JSON.`;
}

function faultIn(text) {
  try {
    JSON.parse(text);
    return null;
  } catch ({ message }) {
    const position = message.match(/position (\d+)/)?.[1];
    return { isAtEnd: /\bend of|unterminated/i.test(message) || Number(position) === text.length };
  }
}

// Browsers do not always say where: the shortest beginning that more text could not mend ends with the fault.
function firstFault(text) {
  let [sound, faulty] = [0, text.length];
  while (faulty - sound > 1) {
    const middle = Math.floor((sound + faulty) / 2);
    const fault = faultIn(text.slice(0, middle));
    if (fault && !fault.isAtEnd) faulty = middle;
    else sound = middle;
  }
  return faulty - 1;
}
