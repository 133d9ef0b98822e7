// The scripting handle `window.simulator`: what the toolbar's buttons do, for tests and benchmarks too.
//
//   await simulator.ready                 once the window stands
//   openConversation(id)                  id: the number an agent sees, as in `data.conversation.id`
//   openTab(tab)                          'messages' or 0; app n is n
//   conversationId, tab, frames           what is open; frames: [{app, url, isVisible, hasIframe}] in the tabs' order
//   generation, setGeneration(id)         'g1', 'g1-first', 'g1-same-id', 'g2', 'g3a', 'g3b', 'mobile'
//   accountId, setAccount(id)             the account's number in the host; of one that was connected from the start,
//                                         the platform's id is understood, too
//   agentId, setAgent(id)                 whom the window belongs to; starts the conversation again
//   setAgentLoaded(isLoaded)              false: `currentAgent` is {}, as before the host knows its agent
//   theme, setTheme('light' | 'dark')
//   direction, setDirection('ltr' | 'rtl')  loads the apps again with ?lang=ar for 'rtl'
//   width, setWidth(px | null)            width of the apps; null: what the window leaves
//
// In the host, as the window's agent: its API answers so from then on, and its webhooks tell. All return promises.
//   send({content, private})              a reply or a note; deleteMessage(id)
//   saveContact({email, …}), changeStatus('open' | 'resolved' | …), giveTo(agentId | null)
//   customerWrites({content})             the open conversation's customer; startConversation({content}): in a new one
//   fault, setFault(name), faults         what is wrong with the host's API for the platform: 'none', 'down', 'slow',
//                                         'bad_token', 'limited', 'plan_limit', 'no_apps', 'no_webhooks', 'old'
//   startOver()                           forgets all that happened in the account, and loads the window anew
//   compare.show(isOn)                    the open app in both themes and directions at four widths
//   refresh()                             hears at once what happened in the host meanwhile
//   unreadMails                           how many mails nobody has read
//
// In this window only, as if its records were other than the host's:
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
import { HostApi } from './host/api.js';
import * as mutations from './host/mutations.js';
import { News } from './host/news.js';
import { HostStore } from './host/store.js';
import { useLanguage } from './words.js';

export class Simulator {
  direction = 'ltr';
  width = null;
  unreadMails = 0;
  // Why the host refused what was done last.
  problem = null;
  #stores = new Map();
  #news = new News();
  #nextId = 9000;

  constructor({ host, config, accounts, onPlace }) {
    this.host = host;
    this.config = config;
    this.accounts = accounts;
    this.onPlace = onPlace;
    accounts.forEach((account, id) => this.#news.begin(id, account));
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

  // The host's number of the account that is meant, if there is one.
  idOf(number) {
    const isMeant = (name) => (one) => one[name] === Number(number);
    const { accounts } = this.config;
    return (accounts.find(isMeant('id')) ?? accounts.find(isMeant('demonstrationId')))?.id;
  }

  // Each account keeps what happened in it until the page is loaded again.
  setAccount(number, agentId) {
    const id = this.idOf(number);
    if (!id) throw new RangeError(`No account ${number}; there are ${[...this.accounts.keys()].join(', ')}`);
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

  get fault() {
    return this.account.fault;
  }

  get faults() {
    return this.config.faultNames;
  }

  get account() {
    return this.accounts.get(this.accountId);
  }

  // What the page knows of the account without loading it.
  get here() {
    return this.config.accounts.find(({ id }) => id === this.accountId);
  }

  send({ content, private: isPrivate = false }) {
    return this.#act('POST', `conversations/${this.conversationId}/messages`, { content, private: isPrivate });
  }

  deleteMessage(id) {
    return this.#act('DELETE', `conversations/${this.conversationId}/messages/${id}`);
  }

  saveContact(changes) {
    return this.#act('PATCH', `contacts/${this.host.store.selectedConversation.meta.sender.id}`, changes);
  }

  changeStatus(status) {
    return this.#act('POST', `conversations/${this.conversationId}/toggle_status`, { status });
  }

  giveTo(agentId) {
    return this.#act('POST', `conversations/${this.conversationId}/assignments`, { assignee_id: agentId });
  }

  customerWrites({ content }) {
    return this.#try(() => this.#api.customerWrites({ conversation: this.conversationId, content }));
  }

  startConversation({ content }) {
    const { meta, inbox_id: inbox } = this.host.store.selectedConversation;
    return this.#try(() => this.#api.customerWrites({ contact: meta.sender.id, inbox, content }));
  }

  async setFault(fault) {
    await this.#try(() => this.#api.setFault(fault));
    this.account.fault = fault;
    this.host.changes.emit('fault');
  }

  async startOver() {
    await this.#api.startOver();
    location.reload();
  }

  async refresh() {
    const { accountId } = this;
    const { store } = this.host;
    const { changes, unread_mails: unreadMails, hasNewConversation } = await this.#news.refresh(this.#newsAddress, accountId, store);
    if (hasNewConversation) await this.#loadNewConversations(accountId, store);
    if (unreadMails !== undefined && unreadMails !== this.unreadMails) {
      this.unreadMails = unreadMails;
      this.host.changes.emit('mails');
    }
    if (store === this.host.store) changes.forEach((what) => this.host.changes.emit(what));
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
    const [first] = this.host.store.apps;
    const index = Math.max(0, this.host.tab - 1);
    this.host.insertApp(this.#app(app ?? { title: 'Inserted', url: first?.content[0].url ?? this.config.probe }), index);
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

  get #api() {
    return new HostApi(this.config, this.account);
  }

  get #newsAddress() {
    return this.here.news;
  }

  #act(method, path, body) {
    return this.#try(() => this.#api.ask(this.agentId, method, path, body));
  }

  // Does something in the host and shows what came of it; answers what the host did.
  async #try(act) {
    try {
      const answer = await act();
      this.problem = null;
      await this.refresh();
      return answer;
    } catch (error) {
      this.problem = `The host refused: ${error.message}`;
      throw error;
    } finally {
      this.host.changes.emit('tools');
    }
  }

  async #loadNewConversations(accountId, store) {
    const answer = await fetch(this.config.accounts.find(({ id }) => id === accountId).data);
    if (!answer.ok) return;
    const account = await answer.json();
    const fresh = account.conversations.filter(({ id }) => !store.conversation(id));
    this.#news.begin(accountId, { conversations: fresh });
    store.conversations.push(...fresh);
    this.host.changes.emit('records');
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
