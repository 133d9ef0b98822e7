// Puts the window together: what the server knows, the host behind it, its parts, the developer's tools.
import { CodeLoop } from './development/code-loop.js';
import { Compare } from './development/compare.js';
import { InspectorPane } from './development/inspector-pane.js';
import { Platform } from './development/platform.js';
import { el } from './dom.js';
import { generationNamed } from './generations/index.js';
import { Host } from './host/host.js';
import { Simulator } from './simulator.js';
import { Drawer } from './tools/drawer.js';
import { keyboard } from './tools/keyboard.js';
import { LogPane } from './tools/log-pane.js';
import { PayloadPane } from './tools/payload-pane.js';
import { readPlace, writePlace } from './tools/place.js';
import { situationsPane } from './tools/situations-pane.js';
import { toolbar } from './tools/toolbar.js';
import { contactColumn } from './window/contact.js';
import { contactForm } from './window/contact-form.js';
import { header, tabs } from './window/header.js';
import { conversationList } from './window/list.js';
import { messages } from './window/messages.js';
import { navigation } from './window/navigation.js';
import { replyBox } from './window/reply-box.js';

const NEWS_SECONDS = 3;

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const config = JSON.parse(document.getElementById('simulator-config').textContent);

async function loadAccounts() {
  const records = await Promise.all(
    config.accounts.map(async ({ id, data }) => {
      const answer = await fetch(data);
      if (!answer.ok) throw new Error(`${data} answered ${answer.status}`);
      return [id, await answer.json()];
    }),
  );
  return new Map(records);
}

// `parts`: texts and elements.
function notice(...parts) {
  const said = parts.filter(Boolean);
  const element = part('notice');
  element.hidden = !said.length;
  element.replaceChildren(...said);
}

function warnings(simulator) {
  if (simulator.problem) return [simulator.problem];
  const { isConnected, isDemonstration, name } = simulator.here;
  if (!isConnected) return notConnected(simulator.here);
  if (!config.framesAreApart) return ['Host and apps share one origin here. Open this page at localhost, or allow a second host name, to have them apart.'];
  const origins = simulator.account.host_origins;
  if (origins.includes(location.origin)) return [];
  const remedy = isDemonstration ? `Run “manage.py seed_demo --host-origin ${location.origin}”.` : `Enter it as a host address of ${name} in the admin.`;
  return [`This account’s apps may be framed by ${origins.join(', ')} only, not by ${location.origin}. ${remedy}`];
}

function notConnected({ name, isDemonstration, profile }) {
  if (isDemonstration) return [`${name} is not connected yet. Run “manage.py seed_demo --host-origin ${location.origin}”.`];
  return [`${name} is not connected yet. `, el('a', { href: profile, target: 'simulator-profile' }, 'What the admin asks for: address, account id, access token')];
}

function build(accounts) {
  const place = readPlace();
  const host = new Host({ container: part('apps'), config, generation: generationNamed(place.host) ?? generationNamed('g3a') });
  const simulator = new Simulator({ host, config, accounts });
  const platform = new Platform(simulator);
  const panes = {
    log: new LogPane(host.log),
    payload: new PayloadPane(host, () => platform.payloads()),
    situations: situationsPane(simulator, platform),
    ...(config.development && { inspector: new InspectorPane(simulator, platform) }),
  };
  const drawer = new Drawer(part('drawer'), panes, () => host.changes.emit('tools'));
  const compare = new Compare(simulator, part('compare'));
  toolbar(simulator, part('toolbar'), { drawer, compare });
  Object.assign(simulator, { compare });

  const openForm = contactForm(host, { save: simulator.saveContact });
  navigation(simulator, part('navigation'));
  const list = conversationList(host, part('list'));
  header(simulator, part('header'), { toggleContact: () => document.body.classList.toggle('contact-toggled') });
  tabs(host, part('tabs'));
  messages(simulator, part('messages'));
  replyBox(simulator, part('reply'));
  contactColumn(simulator, part('contact'), { editContact: openForm });
  keyboard(host, list);

  host.log.changes.listen(() => drawer.refresh('log'));
  host.changes.listen((what) => {
    document.body.classList.toggle('in-app', host.tab > 0);
    if (what !== 'tools') drawer.refresh('payload');
    if (['account', 'fault'].includes(what)) drawer.refresh('situations');
    if (['account', 'conversation', 'tab', 'code'].includes(what)) drawer.refresh('inspector');
    notice(...warnings(simulator));
  });

  settle(simulator, place, drawer);
  if (place.compare) compare.show(true);
  list.reveal();
  host.changes.listen(() => remember(simulator, drawer));
  remember(simulator, drawer);
  hearNews(simulator);
  new CodeLoop(simulator, platform).start();
  // A pasted address: start again from it.
  window.addEventListener('hashchange', () => location.reload());
  return simulator;
}

// The host tells its own window what happens. Without an answer the window stays as it is.
function hearNews(simulator) {
  const hear = () => document.hidden || simulator.refresh().catch(() => {});
  setInterval(hear, NEWS_SECONDS * 1000);
  document.addEventListener('visibilitychange', hear);
  simulator.host.changes.listen((what) => ['account', 'conversation'].includes(what) && hear());
  hear();
}

// Brings the window to where the address says, as far as that still exists.
function settle(simulator, place, drawer) {
  const { host } = simulator;
  if (place.theme === 'dark') document.body.classList.add('dark');
  simulator.setAccount(simulator.idOf(place.account) ?? config.accounts[0].id, Number(place.agent));
  if (place.direction === 'rtl') simulator.setDirection('rtl');
  if (Number(place.width) > 0) simulator.setWidth(Number(place.width));
  if (host.store.conversation(Number(place.conversation))) host.openConversation(Number(place.conversation));
  if (Number(place.tab) > 0 && Number(place.tab) <= host.frames.length) host.openTab(place.tab);
  drawer.show(place.tools ?? null);
}

function remember(simulator, drawer) {
  writePlace({
    account: simulator.accountId,
    agent: simulator.agentId,
    conversation: simulator.conversationId,
    tab: simulator.tab,
    host: simulator.generation,
    theme: simulator.theme,
    direction: simulator.direction,
    width: simulator.width,
    tools: drawer.shown,
    compare: simulator.compare.isOn || null,
  });
}

async function start() {
  const simulator = build(await loadAccounts());
  window.simulator = Object.assign(simulator, { ready: window.simulator.ready });
  document.documentElement.dataset.simulator = 'ready';
  return simulator;
}

window.simulator = {};
window.simulator.ready = start();
window.simulator.ready.catch((error) => notice(`The window could not be built: ${error.message}`));
