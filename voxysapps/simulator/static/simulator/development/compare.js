// The open tab side by side in both themes, both directions and four widths: real frames, each fed by a host of its own.
import { button, el, option } from '../dom.js';

export const WIDTHS = [160, 320, 580, 950];
export const LOOKS = [
  { theme: 'light', direction: 'ltr' },
  { theme: 'light', direction: 'rtl' },
  { theme: 'dark', direction: 'ltr' },
  { theme: 'dark', direction: 'rtl' },
];
const HEIGHTS = [300, 480, 800, 1400];
const SCALES = [['0.5', '50 %'], ['0.75', '75 %'], ['1', '100 %']];

export class Compare {
  isOn = false;
  #cells = [];
  #height = 480;
  #scale = '0.75';

  constructor(simulator, element) {
    this.simulator = simulator;
    this.element = element;
    window.addEventListener('message', ({ source, origin, data }) => {
      if (origin !== location.origin || data?.cell !== 'ready') return;
      const cell = this.#cells.find(({ frame }) => frame.contentWindow === source);
      if (cell) this.#feed(cell);
    });
    simulator.host.changes.listen((what) => this.isOn && this.#follow(what));
  }

  toggle() {
    this.show(!this.isOn);
  }

  show(isOn) {
    this.isOn = isOn;
    this.element.hidden = !isOn;
    if (isOn) this.#draw();
    else this.#clear();
    this.simulator.host.changes.emit('tools');
  }

  #clear() {
    this.#cells = [];
    this.element.replaceChildren();
  }

  #follow(what) {
    if (['messages', 'records', 'agent', 'definitions'].includes(what)) this.#cells.forEach((cell) => this.#feed(cell));
    else if (!['tools', 'mails', 'fault', 'theme', 'width'].includes(what)) this.#draw();
  }

  #draw() {
    const { host } = this.simulator;
    this.frame = host.activeFrame;
    this.#clear();
    this.element.append(this.#head());
    if (!this.frame) {
      this.element.append(el('p', { class: 'pane-empty' }, 'Open an app’s tab to compare it.'));
      return;
    }
    const grid = el('div', { class: 'compare-grid' }, LOOKS.map((look) => this.#row(look)));
    this.element.append(grid);
    this.#size();
  }

  #head() {
    return el(
      'header',
      { class: 'compare-head' },
      el('h2', {}, this.frame ? `“${this.frame.app.title}” in every look` : 'In every look'),
      el('span', { class: 'pane-empty' }, 'Every cell is a real frame; each is told its theme, as newer hosts do.'),
      el('span', { class: 'spacer' }),
      this.#choice('Height', HEIGHTS.map((height) => [String(height), `${height} px`]), String(this.#height), (height) => (this.#height = Number(height))),
      this.#choice('Scale', SCALES, this.#scale, (scale) => (this.#scale = scale)),
      button('Close', () => this.show(false), { class: 'tools-button' }),
    );
  }

  #choice(label, choices, chosen, take) {
    const onchange = ({ target }) => {
      take(target.value);
      this.#size();
    };
    return el('label', { class: 'tools-choice' }, label, el('select', { onchange }, choices.map(([value, words]) => option(value, words, value === chosen))));
  }

  #row(look) {
    const cells = WIDTHS.map((width) => {
      const frame = el('iframe', { src: this.simulator.config.cell, loading: 'lazy', title: `${look.theme}, ${look.direction}, ${width} px`, width });
      this.#cells.push({ ...look, width, frame });
      return el('figure', { class: 'compare-cell' }, el('figcaption', {}, `${look.theme} · ${look.direction} · ${width} px`), frame);
    });
    return el('div', { class: 'compare-row' }, cells);
  }

  #size() {
    this.element.querySelector('.compare-grid')?.style.setProperty('zoom', this.#scale);
    this.#cells.forEach(({ frame }) => (frame.height = this.#height));
  }

  #feed({ frame, theme, direction }) {
    const { host } = this.simulator;
    const { event, data } = host.payload();
    const url = new URL(host.addressOf(this.frame.app), location.href);
    if (direction === 'rtl') url.searchParams.set('lang', 'ar');
    else url.searchParams.delete('lang');
    if (this.frame.code) url.searchParams.set('code', this.frame.code);
    const payload = JSON.stringify({ event, data: { ...data, theme } });
    frame.contentWindow.postMessage({ url: url.href, theme, payload }, location.origin);
  }
}
