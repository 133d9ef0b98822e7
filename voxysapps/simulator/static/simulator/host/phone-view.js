// An app on a phone: a window of its own. What is posted to it is injected there by `webview.js`.
import { button, el } from '../dom.js';

const FEATURES = 'popup,width=390,height=844';

export class PhoneView {
  #window = null;

  constructor(frame) {
    this.frame = frame;
    this.open = this.open.bind(this);
    frame.element.append(
      el(
        'div',
        { class: 'phone-note' },
        el('strong', {}, frame.app.title),
        el('p', {}, 'The mobile app shows this in a window of its own, the size of a phone.'),
        button('Show the phone', this.open, { class: 'button button--primary' }),
      ),
    );
    this.open();
  }

  get contentWindow() {
    return this.#window;
  }

  open() {
    if (this.#window && !this.#window.closed) this.#window.focus();
    else this.#window = window.open(this.frame.host.webviewOf(this.frame.app), 'simulator-phone', FEATURES);
  }

  post(text) {
    this.#window?.postMessage({ inject: text }, new URL(this.frame.host.webviewOf(this.frame.app)).origin);
  }

  destroy() {
    this.#window?.close();
    this.frame.element.replaceChildren();
  }
}
