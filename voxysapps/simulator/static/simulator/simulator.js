// The scripting handle `window.simulator`: what the toolbar's buttons do, for tests and benchmarks too.
//
//   await simulator.ready                 once the window stands
//   openConversation(id)                  id: the number an agent sees, as in `data.conversation.id`
//   openTab(tab)                          'messages' or 0; app n is n
//   conversationId, tab, frames           what is open; frames: [{app, url, isVisible, hasIframe}] in the tabs' order
//   generation, setGeneration(id)         'g1', 'g1-first', 'g1-same-id', 'g2', 'g3a', 'g3b', 'mobile'
//   accountId, setAccount(id)             the platform's account id
//   agentId, setAgent(id)                 whom the window belongs to; starts the conversation again
//   setAgentLoaded(isLoaded)              false: `currentAgent` is {}, as before the host knows its agent
//   theme, setTheme('light' | 'dark')
//   direction, setDirection('ltr' | 'rtl')  loads the apps again with ?lang=ar for 'rtl'
//   width, setWidth(px | null)            width of the apps; null: what the window leaves
//   editContact({email, …})               a saved contact: replaces the stored one
//   addMessage({content, author, …})      author: 'contact' (default), 'agent', 'activity'; other fields as in a message
//   assign(agentId | null), setStatus('open' | 'resolved' | …), liveUpdate()
//   changeDefinitions(definitions?)       without any: one more
//   loseContact()                         the host forgets the contact: `contact: {}`
//   apps, setApps([{title, url}])         replaces the tabs, and starts the conversation again
//   insertAppBefore({title, url}?)        before the open app (or the first), while it is open
//   addProbe({name, slow, ask}?), probe(how)  how: 'plain', 'json', 'object', 'nested', 'navigate'
//   log, clearLog()                       [{time, direction, from, to, app, event, size, body, …}], direction: 'in', 'out', 'error'
//   payloadFor(conversationId)            the envelope {event, data} the present host would send
import { GENERATIONS, generationNamed } from './generations/index.js';
import * as mutations from './host/mutations.js';
import { HostStore } from './host/store.js';
import { useLanguage } from './words.js';

export class Simulator {
  direction = 'ltr';
  width = null;
  #stores = new Map();
  #nextId = 9000;

  constructor({ host, config, accounts, onPlace }) {
    this.host = host;
    this.config = config;
    this.accounts = accounts;
    this.onPlace = onPlace;
    // Called from the console and from buttons alike.
    for (const name of Object.getOwnPropertyNames(Simulator.prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(Simulator.prototype, name);
      if (typeof value === 'function' && name !== 'constructor') this[name] = value.bind(this);
    }
  }

  get conversationId() {
    return this.host.store.selectedId;
  }

  get tab() {
    return this.host.tab;
  }

  get generation() {
    return this.host.generation.id;
  }

  get agentId() {
    return this.host.store.agent.id;
  }

  get theme() {
    return document.body.classList.contains('dark') ? 'dark' : 'light';
  }

  get apps() {
    return this.host.store.apps.map(({ id, title, content }) => ({ id, title, url: content[0].url }));
  }

  get frames() {
    return this.host.frames.map(({ app, isVisible, view }) => ({
      app: app.title,
      url: this.host.addressOf(app),
      isVisible,
      hasIframe: Boolean(view?.iframe),
    }));
  }

  get log() {
    return this.host.log.entries;
  }

  openConversation(id) {
    this.host.openConversation(Number(id));
  }

  openTab(tab) {
    this.host.openTab(tab);
  }

  setGeneration(id) {
    const generation = generationNamed(id);
    if (!generation) throw new RangeError(`No generation ${id}; there are ${GENERATIONS.map((one) => one.id).join(', ')}`);
    this.host.useGeneration(generation);
  }

  // Each account keeps what happened in it until the page is loaded again.
  setAccount(id, agentId) {
    if (!this.accounts.has(id)) throw new RangeError(`No account ${id}; there are ${[...this.accounts.keys()].join(', ')}`);
    if (!this.#stores.has(id)) this.#stores.set(id, new HostStore(this.accounts.get(id), agentId));
    this.accountId = id;
    this.host.useStore(this.#stores.get(id));
  }

  setAgent(id) {
    const agent = this.host.store.agents.find((one) => one.id === Number(id));
    if (!agent) throw new RangeError(`No agent ${id}`);
    this.host.store.agent = agent;
    this.host.restart();
    this.host.changes.emit('agent');
  }

  setAgentLoaded(isLoaded) {
    this.host.store.agentIsLoaded = isLoaded;
    this.host.changes.emit('agent');
  }

  setTheme(theme) {
    if (theme === this.theme) return;
    document.body.classList.toggle('dark', theme === 'dark');
    this.host.changed('theme');
    this.host.changes.emit('theme');
  }

  setDirection(direction) {
    this.direction = direction;
    const isArabic = direction === 'rtl';
    document.querySelector('.host').dir = direction;
    document.querySelector('.host').lang = isArabic ? 'ar' : 'en';
    useLanguage(isArabic ? 'ar' : 'en');
    this.host.language = isArabic ? 'ar' : null;
    this.host.restart();
    this.host.changes.emit('language');
  }

  setWidth(width) {
    this.width = width;
    const pane = document.querySelector('.apps');
    pane.classList.toggle('apps--fixed', width !== null);
    pane.style.setProperty('--app-width', width === null ? null : `${width}px`);
    this.host.changes.emit('width');
  }

  editContact(changes) {
    this.#work(mutations.editContact, changes);
  }

  addMessage(message) {
    mutations.addMessage(this.host.store, this.host.store.selectedConversation, message);
    this.host.changes.emit('messages');
  }

  assign(agentId) {
    this.#work(mutations.assign, this.host.store.agents.find(({ id }) => id === agentId) ?? null);
  }

  setStatus(status) {
    this.#work(mutations.setStatus, status);
  }

  liveUpdate() {
    this.#work(mutations.liveUpdate);
  }

  loseContact() {
    this.#work(mutations.loseContact);
  }

  changeDefinitions(definitions) {
    const { store } = this.host;
    const id = (this.#nextId += 1);
    const one = {
      id,
      attribute_display_name: `Attribute ${id}`,
      attribute_display_type: 'text',
      attribute_description: '',
      attribute_key: `attribute_${id}`,
      attribute_values: [],
      attribute_model: 'contact_attribute',
      default_value: null,
    };
    store.definitions = definitions ?? [...store.definitions, one];
    this.host.changed('definitions');
    this.host.changes.emit('definitions');
  }

  setApps(apps) {
    this.host.useApps(apps.map((app) => this.#app(app)));
  }

  insertAppBefore(app) {
    const { content } = this.host.store.apps[0];
    const index = Math.max(0, this.host.tab - 1);
    this.host.insertApp(this.#app(app ?? { title: 'Inserted', url: content[0].url }), index);
  }

  addProbe({ name = 'Probe', slow = 0, ask = false } = {}) {
    const url = new URL(this.config.probe);
    url.searchParams.set('name', name);
    if (slow) url.searchParams.set('slow', slow);
    if (ask) url.searchParams.set('ask', 1);
    this.host.insertApp(this.#app({ title: name, url: url.href }), this.host.store.apps.length);
    this.host.openTab(this.host.store.apps.length);
  }

  // Tells the open probe to ask; what it then asks is its own message, from its own origin.
  probe(how) {
    this.host.activeFrame?.contentWindow?.postMessage({ probe: how }, this.config.frameOrigin);
  }

  clearLog() {
    this.host.log.clear();
  }

  payloadFor(conversationId) {
    const { store, generation } = this.host;
    const open = store.selectedId;
    store.selectedId = conversationId;
    try {
      return JSON.parse(JSON.stringify({ event: 'appContext', data: generation.data(store) }));
    } finally {
      store.selectedId = open;
    }
  }

  #work(mutate, ...details) {
    const { store } = this.host;
    mutate(store, store.selectedConversation, ...details);
    this.host.changes.emit('records');
  }

  #app({ title, url }) {
    return { id: (this.#nextId += 1), title, content: [{ type: 'frame', url }] };
  }
}
