// One app's tab in one conversation, as the host's frame component: it lives as long as the conversation is
// open, whether its iframe exists yet or not. How it behaves is its generation's.
import { IframeView } from './iframe-view.js';
import { PhoneView } from './phone-view.js';

export class Frame {
  view = null;
  missed = null;
  // Which code its document was asked for with; the simulator's own, no host knows of it.
  code = '';

  constructor(host, app, position, isVisible) {
    this.host = host;
    this.app = app;
    this.position = position;
    // A frame that is mounted while visible does not open by that: only a change opens it.
    this.isVisible = isVisible;
    this.element = document.createElement('div');
    this.element.className = 'frame';
    this.element.hidden = !isVisible;
    if (this.generation.createsFrames === 'with the conversation') this.#open();
    this.generation.mounted(this);
  }

  get generation() {
    return this.host.generation;
  }

  get contentWindow() {
    return this.view?.contentWindow ?? null;
  }

  setVisible(isVisible) {
    if (this.isVisible === isVisible) return;
    this.isVisible = isVisible;
    // The host hides with `display: none`: the document lives on, 0 x 0.
    this.element.hidden = !isVisible;
    if (!isVisible) return;
    if (this.view) this.generation.returned(this);
    else this.#open();
  }

  changed(what) {
    if (this.view) this.generation.changed(this, what);
  }

  loaded() {
    this.send('load');
  }

  send(reason) {
    this.missed = null;
    this.post(JSON.stringify(this.host.payload()), reason);
  }

  post(text, reason) {
    const receiver = this.generation.sharesId ? this.host.firstOpenFrame : this;
    if (!receiver?.view) {
      this.host.failed(this, reason);
      throw new TypeError(`Cannot read properties of null (reading 'contentWindow'): ${this.app.title} has no iframe`);
    }
    receiver.view.post(text);
    this.host.posted(receiver, text, reason);
  }

  // Loads the document again, as a developer's reload would: by an address that no cache knows.
  reload(code) {
    this.code = code;
    if (!this.view) return;
    this.view.destroy();
    this.#open();
  }

  destroy() {
    this.generation.unmounted(this);
    this.view?.destroy();
    this.view = null;
    this.element.remove();
  }

  #open() {
    const View = this.generation.isPhone ? PhoneView : IframeView;
    this.view = new View(this);
  }
}
