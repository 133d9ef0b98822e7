// What happens around an app while an agent works, one button each, with what the host then does.
import { Systems } from '../development/systems.js';
import { button, el, redraw } from '../dom.js';

const WORDS_OF_CUSTOMERS = ['Is there any news?', 'Where is my order?', 'Thank you!', 'And the invoice, please?'];
const TRUST = {
  link: 'This account believes what the host posts; nobody asks the API.',
  verified: 'This account has every context confirmed by the API.',
  signed_in: 'This account has every context confirmed by the API, and agents sign in.',
};
const FAULTS = {
  none: 'It works',
  down: 'Down',
  slow: 'Slow: 5 seconds',
  bad_token: 'Refuses our token',
  limited: 'Asks to slow down',
  plan_limit: 'The plan allows no more',
  no_apps: 'Nobody may change apps',
  no_webhooks: 'Nobody may change webhooks',
  old: 'An old host: no uuid, no signatures',
};

export function situationsPane(simulator, platform) {
  const anyOf = (words) => words[Math.floor(Math.random() * words.length)];
  // What the host refuses is said above the window.
  const act = (what) => () => Promise.resolve(what()).catch(() => {});
  const groups = () => [
    [
      'The conversation goes on',
      'The host’s API and webhooks tell the platform. No app hears of it; a new question returns the new data.',
      [
        ['New message from the customer', act(() => simulator.customerWrites({ content: anyOf(WORDS_OF_CUSTOMERS) }))],
        ['New conversation of the customer', act(() => simulator.startConversation({ content: 'Hello, me again.' }))],
        ['New private note', act(() => simulator.send({ private: true, content: 'Please call back today.' }))],
        ['Change the contact’s e-mail', act(() => simulator.saveContact({ email: `changed.${Date.now() % 1000}@example.com` }))],
        ['Assign to me', act(() => simulator.giveTo(simulator.agentId))],
        ['Assign to nobody', act(() => simulator.giveTo(null))],
        ['Resolve', act(() => simulator.changeStatus('resolved'))],
        ['Reopen', act(() => simulator.changeStatus('open'))],
        ['Live update: fields change type and place', () => simulator.liveUpdate()],
        ['Start the account over', act(() => simulator.startOver())],
      ],
    ],
    [
      'The host’s API',
      `For the platform, from now on. ${TRUST[simulator.account.trust] ?? ''}`,
      simulator.faults.map((fault) => [FAULTS[fault] ?? fault, act(() => simulator.setFault(fault)), fault === simulator.fault]),
    ],
    [
      'The host changes',
      'G3 sends again for theme and definitions; older hosts never do.',
      [
        ['Attribute definitions change', () => simulator.changeDefinitions()],
        ['Theme changes', () => simulator.setTheme(simulator.theme === 'dark' ? 'light' : 'dark')],
        ['Contact is not in the host’s store', () => simulator.loseContact()],
        ['The agent is not loaded yet', () => simulator.setAgentLoaded(false)],
        ['The agent is loaded', () => simulator.setAgentLoaded(true)],
        ['An app is inserted before the open one', () => simulator.insertAppBefore()],
      ],
    ],
    [
      'The app misbehaves',
      'The probe is an app that records what it gets, and asks in every way.',
      [
        ['Add the probe', () => simulator.addProbe()],
        ['Add a slow probe', () => simulator.addProbe({ slow: 3000 })],
        ['Ask', () => simulator.probe('plain')],
        ['Ask as JSON', () => simulator.probe('json')],
        ['Ask as an object', () => simulator.probe('object')],
        ['Ask from a frame inside', () => simulator.probe('nested')],
        ['Go to another page', () => simulator.probe('navigate')],
      ],
    ],
  ];
  let drawn = null;
  const systems = new Systems(platform, () => drawn?.isConnected && draw(drawn));
  const draw = (pane) => {
    const scrolled = pane === drawn ? pane.firstElementChild?.scrollTop ?? 0 : 0;
    drawn = pane;
    const [conversation, host, ...others] = groups().map(group);
    redraw(pane, el('div', { class: 'situations' }, conversation, host, systems.group(), others));
    pane.firstElementChild.scrollTop = scrolled;
  };
  return { draw, refresh: () => draw(drawn) };
}

function group([title, words, situations]) {
  const buttons = situations.map(([label, onclick, isOn]) =>
    button(label, onclick, { class: 'tools-button', 'data-key': label, 'aria-pressed': isOn === undefined ? null : String(isOn) }),
  );
  return el('div', { class: 'situation-group' }, el('h2', {}, title), el('p', {}, words), el('div', { class: 'situation-buttons' }, buttons));
}
