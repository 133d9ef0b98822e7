// The conversation's header and, below it, the tabs: Messages and one per dashboard app.
import { button, el, icon, iconButton, redraw } from '../dom.js';
import { channelOf } from '../host/store.js';
import { say } from '../words.js';
import { avatar } from './avatar.js';
import { channelIcon } from './channels.js';

export function header(simulator, element, { toggleContact }) {
  const { host } = simulator;
  const draw = () => {
    const conversation = host.store.selectedConversation;
    const { sender } = conversation.meta;
    const isResolved = conversation.status === 'resolved';
    const toggle = () => simulator.changeStatus(isResolved ? 'open' : 'resolved').catch(() => {});
    redraw(
      element,
      avatar(sender.name, { availability: sender.availability_status }),
      el(
        'div',
        { class: 'header-who' },
        el('bdi', { class: 'header-name' }, sender.name || say('No name')),
        el(
          'span',
          { class: 'header-inbox' },
          icon(channelIcon(channelOf(conversation)), 12),
          el('span', {}, host.store.inboxOf(conversation)?.name ?? ''),
          el('span', { class: 'header-id' }, `#${conversation.id}`),
        ),
      ),
      el('span', { class: 'spacer' }),
      iconButton('panel', say('Contact'), toggleContact, { 'data-key': 'contact' }),
      button(say(isResolved ? 'Reopen' : 'Resolve'), toggle, { class: 'button button--resolve', 'data-key': 'resolve' }),
    );
  };
  host.changes.listen((what) => ['account', 'conversation', 'records', 'language'].includes(what) && draw());
}

export function tabs(host, element) {
  const draw = () => {
    const titles = [say('Messages'), ...host.store.apps.map((app) => app.title)];
    // The host shows the strip only where an account has apps.
    element.hidden = titles.length === 1;
    redraw(
      element,
      titles.map((title, index) =>
        el(
          'button',
          {
            type: 'button',
            role: 'tab',
            class: 'tab',
            'data-key': String(index),
            'aria-selected': String(index === host.tab),
            onclick: () => host.openTab(index),
          },
          title,
        ),
      ),
    );
    element.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  host.changes.listen((what) => !['messages', 'records'].includes(what) && draw());
}
