// What opens below the window: messages, payload or situations, one at a time.
import { el, iconButton } from '../dom.js';

export class Drawer {
  shown = null;

  constructor(element, onchange) {
    this.element = element;
    this.onchange = onchange;
    this.panes = {};
    this.body = el('div', { class: 'drawer-body' });
    element.append(this.body);
  }

  // A pane draws itself into its element each time it is shown.
  add(name, pane) {
    this.panes[name] = pane;
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
      this.panes[name](pane);
    }
    this.onchange();
  }

  refresh(name) {
    if (this.shown === name) this.panes[name](this.body.querySelector('.pane'));
  }
}
