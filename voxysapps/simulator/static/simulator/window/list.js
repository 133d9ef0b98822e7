// The list of conversations: newest first, as the host's.
import { el, icon, redraw } from '../dom.js';
import { ago } from '../format.js';
import { channelOf } from '../host/store.js';
import { currentLanguage, say } from '../words.js';
import { avatar } from './avatar.js';
import { channelIcon } from './channels.js';

const FILTERS = [
  ['Mine', (store, conversation) => conversation.meta.assignee?.id === store.agent.id],
  ['Unassigned', (store, conversation) => !conversation.meta.assignee],
  ['All', () => true],
];

export function conversationList(host, element) {
  let chosen = 'All';

  const draw = () => {
    const { store } = host;
    const matches = ([, matcher]) => store.listed.filter((conversation) => matcher(store, conversation));
    const scrolled = element.querySelector('.list-rows')?.scrollTop ?? 0;
    redraw(
      element,
      el(
        'header',
        { class: 'list-header' },
        el('h2', {}, say('Conversations')),
        el('span', { class: 'chip' }, say('All')),
        el('span', { class: 'spacer' }),
        icon('filter', 16),
        icon('sort', 16),
      ),
      el(
        'div',
        { class: 'list-filters', role: 'tablist' },
        FILTERS.map((filter) =>
          el(
            'button',
            {
              type: 'button',
              role: 'tab',
              'aria-selected': String(filter[0] === chosen),
              class: 'list-filter',
              'data-key': filter[0],
              onclick: () => ((chosen = filter[0]), draw()),
            },
            say(filter[0]),
            el('span', { class: 'count' }, String(matches(filter).length)),
          ),
        ),
      ),
      el('ul', { class: 'list-rows' }, matches(FILTERS.find(([name]) => name === chosen)).map((one) => row(host, one))),
    );
    element.querySelector('.list-rows').scrollTop = scrolled;
  };

  host.changes.listen((what) => !['tab', 'generation'].includes(what) && draw());
  return {
    reveal: () => element.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }),
  };
}

function row(host, conversation) {
  const { store } = host;
  const sender = conversation.meta.sender;
  const isOpen = conversation.id === store.selectedId;
  const { content, attachments, private: isPrivate, message_type } = conversation.messages.at(-1) ?? {};
  return el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        class: 'row',
        'aria-current': isOpen && 'true',
        'data-key': String(conversation.id),
        onclick: () => host.openConversation(conversation.id),
      },
      avatar(sender.name, { availability: sender.availability_status }),
      el(
        'span',
        { class: 'row-body' },
        el(
          'span',
          { class: 'row-inbox' },
          icon(channelIcon(channelOf(conversation)), 12),
          el('span', {}, store.inboxOf(conversation)?.name ?? ''),
          conversation.priority && el('span', { class: `priority priority--${conversation.priority}` }, icon('priority', 12)),
          statusMark(conversation.status),
        ),
        el('bdi', { class: 'row-name' }, sender.name || say('No name')),
        el(
          'span',
          { class: 'row-last' },
          isPrivate ? icon('lock', 12) : message_type === 1 ? icon('reply', 12) : message_type === 2 && icon('info', 12),
          el('bdi', {}, content?.replaceAll(/\*\*|`/g, '') ?? (attachments ? attachmentWords(attachments) : '')),
        ),
        el('span', { class: 'row-labels' }, (conversation.labels ?? []).map((label) => el('bdi', { class: 'label' }, label))),
      ),
      el(
        'span',
        { class: 'row-end' },
        el('time', {}, ago(conversation.timestamp, currentLanguage())),
        conversation.unread_count > 0 && el('span', { class: 'unread' }, String(conversation.unread_count)),
      ),
    ),
  );
}

function statusMark(status) {
  if (status === 'open') return null;
  return el('span', { class: `status status--${status}` }, say(status[0].toUpperCase() + status.slice(1)));
}

function attachmentWords([{ file_type }]) {
  const words = { image: 'Picture', audio: 'Audio', video: 'Video', location: 'Location', file: 'File' };
  return words[file_type] ?? 'Attachment';
}
