// The bar above the window: everything a developer changes about the host.
import { button, el, icon, option, redraw } from '../dom.js';
import { GENERATIONS } from '../generations/index.js';

// What the host leaves for an app, measured at four widths of its own window.
const WIDTHS = [
  ['', 'free'],
  ['947', '947 px · host at 1920'],
  ['579', '579 px · host at 1440'],
  ['419', '419 px · host at 1280'],
  ['163', '163 px · host at 1024'],
];

export function toolbar(simulator, element, { drawer, compare }) {
  const { host, config } = simulator;

  const draw = () => {
    redraw(
      element,
      el('strong', { class: 'tools-name', title: 'Keys: j and k for conversations, 1 to 9 for tabs' }, icon('logo', 16), 'Simulator'),
      choice('Account', config.accounts.map(({ id, name, isConnected }) => [id, isConnected ? name : `${name} · not connected yet`]), simulator.accountId, (id) => simulator.setAccount(Number(id))),
      choice('Agent', host.store.agents.map(({ id, name, role }) => [id, role === 'administrator' ? `${name} · admin` : name]), host.store.agent.id, (id) =>
        simulator.setAgent(Number(id)),
      ),
      choice('Host version', GENERATIONS.map(({ id, name }) => [id, name]), simulator.generation, simulator.setGeneration),
      choice('App width', widths(simulator.width), simulator.width ?? '', (width) => simulator.setWidth(width ? Number(width) : null)),
      toggle(simulator.theme === 'dark' ? 'moon' : 'sun', simulator.theme, 'Theme', () => simulator.setTheme(simulator.theme === 'dark' ? 'light' : 'dark')),
      toggle(null, simulator.direction.toUpperCase(), 'Reading direction', () => simulator.setDirection(simulator.direction === 'rtl' ? 'ltr' : 'rtl')),
      el('span', { class: 'spacer' }),
      button('Compare', () => compare.toggle(), { class: 'tools-button', 'data-key': 'compare', 'aria-pressed': String(compare.isOn) }),
      [
        config.development && ['inspector', 'Inspector'],
        ['situations', 'Situations'],
        ['payload', 'Payload'],
        ['log', 'Messages'],
      ].filter(Boolean).map(([name, words]) =>
        button([words, name === 'log' && el('span', { class: 'tools-count' }, String(host.log.entries.length))], () => drawer.toggle(name), {
          class: 'tools-button',
          'data-key': name,
          'aria-pressed': String(drawer.shown === name),
        }),
      ),
      el('a', { class: 'tools-button', href: config.kit, target: 'simulator-kit', 'data-key': 'kit' }, 'Components'),
      mailbox(simulator),
      config.accounts.filter(({ isConnected }) => !isConnected).map((account) => notConnected(simulator, account)),
    );
  };
  host.changes.listen((what) => !['tab', 'messages', 'records', 'conversation', 'code'].includes(what) && draw());
  host.log.changes.listen(() => {
    const count = element.querySelector('.tools-count');
    if (count) count.textContent = String(host.log.entries.length);
  });
}

function mailbox({ config, theme, unreadMails }) {
  const count = unreadMails > 0 && el('span', { class: 'tools-count tools-count--new', title: 'unread' }, String(unreadMails));
  return el(
    'a',
    { class: 'tools-button', href: `${config.mailbox}?theme=${theme}`, target: 'simulator-mailbox', 'data-key': 'mailbox' },
    icon('mail', 14),
    'Mailbox',
    count,
  );
}

// What an operator copies to connect the account.
function notConnected({ theme }, { id, name, profile }) {
  return el(
    'a',
    { class: 'tools-button tools-button--open', href: `${profile}?theme=${theme}`, target: 'simulator-profile', 'data-key': `connect-${id}` },
    `${name}: not connected yet`,
  );
}

function widths(width) {
  const isOwn = width && !WIDTHS.some(([value]) => value === String(width));
  return isOwn ? [...WIDTHS, [String(width), `${width} px`]] : WIDTHS;
}

function choice(label, choices, chosen, onchange) {
  return el(
    'label',
    { class: 'tools-choice' },
    el('span', {}, label),
    el(
      'select',
      { title: label, 'data-key': label, onchange: ({ target }) => onchange(target.value) },
      choices.map(([value, words]) => option(value, words, String(value) === String(chosen))),
    ),
  );
}

function toggle(name, words, label, onclick) {
  return button([name && icon(name, 14), words], onclick, { class: 'tools-button', title: label, 'data-key': label, 'aria-label': `${label}: ${words}` });
}
