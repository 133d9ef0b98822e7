// The company's systems, and what is wrong with each: part of the situations.
import { el, option } from '../dom.js';

const FAULTS = {
  none: 'works',
  slow: 'slow: 5 seconds',
  limited: 'too many requests (429)',
  broken: 'an error of its own (500)',
  timeout: 'no answer in time',
  refused: 'refuses the connection',
  html: 'answers with a page (HTML)',
  truncated: 'the answer is cut off',
};

export class Systems {
  #told = { systems: [], faults: [] };
  #accountId = null;

  constructor(platform, onchange) {
    this.platform = platform;
    this.onchange = onchange;
  }

  // Returns what there is now, and asks for it where another account is open.
  group() {
    const { accountId } = this.platform.simulator;
    if (accountId !== this.#accountId) {
      this.#accountId = accountId;
      this.#told = { systems: [], faults: [] };
      this.#ask(() => this.platform.systems());
    }
    if (!this.#told.systems.length) return null;
    return el(
      'div',
      { class: 'situation-group' },
      el('h2', {}, 'The company’s systems'),
      el('p', {}, 'For whatever is asked from now on, for some hours. Fetch anew to see it at once.'),
      el('div', { class: 'situation-systems' }, this.#told.systems.map((system) => this.#row(system))),
    );
  }

  #row({ system, name, fault }) {
    const onchange = ({ target }) => this.#ask(() => this.platform.setFault(system, target.value));
    const choices = this.#told.faults.map((one) => option(one, FAULTS[one] ?? one, one === fault));
    return el('label', { class: fault === 'none' ? '' : 'is-faulty' }, el('bdi', {}, name), el('select', { 'data-key': system, onchange }, choices));
  }

  async #ask(ask) {
    if (!this.platform.isAvailable) return;
    try {
      this.#told = await ask();
    } catch {
      this.#accountId = null; // asked again when the situations are shown next
    }
    this.onchange();
  }
}
