// What opens below the window: messages, payload, situations or inspector, one at a time. A pane is
// `{draw(element), refresh()}`: drawn when it is opened, refreshed when what it shows changed.
import { el, iconButton } from '../dom.js';

export class Drawer {
  shown = null;

  constructor(element, panes, onchange) {
    this.panes = panes;
    this.element = element;
    this.onchange = onchange;
    this.body = el('div', { class: 'drawer-body' });
    element.append(this.body);
  }

  toggle(name) {
    this.show(this.shown === name ? null : name);
  }

  show(name) {
    this.shown = name in this.panes ? name : null;
    this.element.hidden = !this.shown;
    if (this.shown) {
      const pane = el('section', { class: `pane pane--${name}` });
      this.body.replaceChildren(iconButton('close', 'Close', () => this.show(null), { class: 'icon-button drawer-close' }), pane);
      this.panes[name].draw(pane);
    }
    this.onchange();
  }

  refresh(name) {
    if (this.shown === name) this.panes[name].refresh();
  }
}
