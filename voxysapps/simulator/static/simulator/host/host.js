// The host behind the window: one account, one agent, one open conversation, its tabs. It decides nothing about
// messages itself: that is the generation's.
import { Emitter } from './emitter.js';
import { Frame } from './frame.js';
import { MessageLog } from './log.js';
import { FETCH_INFO } from '../generations/shared.js';

export class Host {
  log = new MessageLog();
  changes = new Emitter();
  frames = [];
  // 0 is Messages; app n is n.
  tab = 0;

  constructor({ container, config, generation }) {
    this.container = container;
    this.config = config;
    this.generation = generation;
    // Registered before any frame's listener, so that a question stands in the log before its answer.
    window.addEventListener('message', (event) => this.#hear(event));
  }

  useStore(store) {
    this.#unmount();
    this.store = store;
    store.selectedId ??= store.listed[0].id;
    this.#remount();
    this.changes.emit('account');
  }

  openConversation(id) {
    if (!this.store.conversation(id)) throw new RangeError(`No conversation ${id} in ${this.store.account.name}`);
    if (this.store.selectedId === id && this.frames.length) return;
    this.store.selectedId = id;
    this.#remount();
    this.changes.emit('conversation');
  }

  openTab(tab) {
    const index = tab === 'messages' ? 0 : Number(tab);
    if (!Number.isInteger(index) || index < 0 || index > this.frames.length) throw new RangeError(`No tab ${tab}`);
    this.tab = index;
    this.#showActive();
    this.changes.emit('tab');
  }

  // Another host, as after an update: the page starts again.
  useGeneration(generation) {
    this.#unmount();
    window.onmessage = null;
    this.generation = generation;
    this.#remount();
    this.changes.emit('generation');
  }

  // Starts the conversation again on the same tab, as a reload by the agent would.
  restart() {
    const { tab } = this;
    this.#remount();
    this.openTab(Math.min(tab, this.frames.length));
  }

  useApps(apps) {
    this.store.apps = apps;
    this.#remount();
    this.changes.emit('conversation');
  }

  // The apps' components are kept by key, so an open app moves on under another tab.
  insertApp(app, index) {
    this.store.apps = this.store.apps.toSpliced(index, 0, app);
    this.frames.splice(index, 0, this.#mount(app, index));
    this.frames.forEach((frame, position) => Object.assign(frame, { position }));
    this.#showActive();
    this.changes.emit('tab');
  }

  changed(what) {
    this.frames.forEach((frame) => frame.changed(what));
  }

  payload() {
    return { event: 'appContext', data: this.generation.data(this.store) };
  }

  // As it is registered: the host looks at no address, and neither does it change one.
  addressOf(app) {
    const registered = app.content[0].url;
    if (!URL.canParse(registered)) return registered;
    const url = new URL(registered);
    if (this.language) url.searchParams.set('lang', this.language);
    return url.href;
  }

  webviewOf(app) {
    if (!URL.canParse(app.content[0].url)) return app.content[0].url;
    const key = keyOf(app);
    const url = new URL(key ? this.config.webview.replace('KEY', key) : app.content[0].url);
    if (!key) url.searchParams.set('phone', 1);
    if (this.language) url.searchParams.set('lang', this.language);
    return url.href;
  }

  get activeFrame() {
    return this.frames[this.tab - 1] ?? null;
  }

  // The platform's key of the open app; null for Messages, and for an app of somebody else.
  get openKey() {
    return keyOf(this.activeFrame?.app) ?? null;
  }

  get firstOpenFrame() {
    return this.frames.find((frame) => frame.view) ?? null;
  }

  posted(frame, body, reason) {
    const { title } = frame.app;
    if (reason === 'asked') this.question?.answeredTo.push(title);
    this.log.add({ direction: 'out', from: 'host', to: title, app: title, event: 'appContext', reason, body });
  }

  failed(frame, reason) {
    const { title } = frame.app;
    const body = `${title} answers for all apps, and has no iframe yet.`;
    this.log.add({ direction: 'error', from: 'host', to: 'nobody', app: title, event: 'TypeError', reason, body });
  }

  #hear(event) {
    const { frame, isNested } = this.#senderOf(event.source);
    if (!frame || event.data?.phone?.loaded) return;
    const body = event.data?.phone ? event.data.phone.posted : event.data;
    const { title } = frame.app;
    this.question = this.log.add({
      direction: 'in',
      from: isNested ? `${title}, a frame inside` : title,
      to: 'host',
      app: title,
      event: body === FETCH_INFO ? 'fetch-info' : 'ignored',
      answeredTo: [],
      body,
    });
    setTimeout(() => {
      this.question = null;
      this.log.changes.emit(null);
    });
  }

  #senderOf(source) {
    for (let sender = source; sender && sender !== window; sender = sender.parent) {
      const frame = this.frames.find(({ contentWindow }) => contentWindow === sender);
      if (frame) return { frame, isNested: sender !== source };
      if (sender === sender.parent) break;
    }
    return {};
  }

  #remount() {
    this.#unmount();
    this.tab = 0;
    // Looking at a conversation makes it read.
    this.store.selectedConversation.unread_count = 0;
    this.frames = this.store.apps.map((app, index) => this.#mount(app, index));
  }

  #mount(app, index) {
    const frame = new Frame(this, app, index, index === this.tab - 1);
    this.container.append(frame.element);
    return frame;
  }

  #unmount() {
    this.frames.forEach((frame) => frame.destroy());
    this.frames = [];
  }

  #showActive() {
    this.frames.forEach((frame, index) => frame.setVisible(index === this.tab - 1));
  }
}

function keyOf(app) {
  const address = app?.content[0].url;
  return URL.canParse(address ?? '') ? new URL(address).pathname.match(/^\/a\/([^/]+)\//)?.[1] : undefined;
}
