// The narrow column at the very start: the account and the host's sections. Only conversations exist here.
import { el, icon } from '../dom.js';
import { say } from '../words.js';
import { avatar } from './avatar.js';

const SECTIONS = [
  ['inbox', 'My inbox'],
  ['chat', 'Conversations'],
  ['spark', 'Captain'],
  ['people', 'Contacts'],
  ['chart', 'Reports'],
  ['megaphone', 'Campaigns'],
  ['book', 'Help center'],
  ['gear', 'Settings'],
];

export function navigation(simulator, element) {
  const { host } = simulator;
  const draw = () => {
    const { account, agent } = host.store;
    element.replaceChildren(
      el(
        'div',
        { class: 'nav-account' },
        el('span', { class: 'nav-logo', 'aria-hidden': 'true' }, icon('logo', 18)),
        el('span', { class: 'nav-text nav-account-name' }, account.name),
        icon('chevron', 14),
      ),
      el('div', { class: 'nav-search' }, icon('search', 14), el('span', { class: 'nav-text' }, `${say('Search')}…`)),
      el('ul', { class: 'nav-sections' }, SECTIONS.map(section)),
      el(
        'a',
        {
          class: 'nav-agent',
          href: `${simulator.here.profile}?agent=${agent.id}&theme=${simulator.theme}`,
          target: 'simulator-profile',
          title: say('Profile settings'),
          'aria-label': `${say('Profile settings')}: ${agent.name}`,
        },
        avatar(agent.name, { availability: agent.availability_status }),
        el('span', { class: 'nav-text nav-agent-name' }, el('strong', {}, agent.name), el('small', {}, agent.email)),
      ),
    );
  };
  host.changes.listen((what) => ['account', 'language', 'agent', 'theme'].includes(what) && draw());
}

function section([name, words]) {
  const isHere = words === 'Conversations';
  return el(
    'li',
    { class: isHere ? 'nav-section nav-section--here' : 'nav-section', title: say(words) },
    icon(name, 16),
    el('span', { class: 'nav-text' }, say(words)),
  );
}
