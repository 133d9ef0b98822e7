// The contact's column: who it is, and what the host knows of contact and conversation.
import { button, el, icon, iconButton, redraw } from '../dom.js';
import { clock } from '../format.js';
import { currentLanguage, say } from '../words.js';
import { avatar } from './avatar.js';

export function contactColumn(simulator, element, { editContact }) {
  const { host } = simulator;
  const draw = () => {
    const conversation = host.store.selectedConversation;
    const sender = conversation.meta.sender;
    const contact = { ...sender, ...host.store.contactOf(conversation) };
    const isLost = !host.store.contacts.has(sender.id);
    redraw(
      element,
      el('header', { class: 'contact-head' }, el('h2', {}, say('Contact'))),
      el(
        'div',
        { class: 'contact-card' },
        avatar(contact.name, { size: 'large', availability: contact.availability_status }),
        el('bdi', { class: 'contact-name' }, contact.name || say('No name')),
        verification(conversation.meta.hmac_verified),
        isLost && el('p', { class: 'contact-lost' }, 'Not in the host’s store: apps are sent an empty contact.'),
        contact.additional_attributes?.description && el('p', { class: 'contact-about' }, contact.additional_attributes.description),
        el('dl', { class: 'contact-facts' }, facts(contact).map(fact)),
        el(
          'div',
          { class: 'contact-buttons' },
          iconButton('chat', say('Messages'), () => host.openTab('messages')),
          iconButton('edit', say('Edit contact'), editContact),
        ),
      ),
      part('Conversation actions', actions(simulator, conversation)),
      part('Contact attributes', attributes(contact.custom_attributes, host.store.definitions)),
      part('Conversation information', information(host, conversation)),
    );
  };
  host.changes.listen((what) => ['account', 'conversation', 'records', 'language', 'agent', 'definitions'].includes(what) && draw());
}

function verification(verified) {
  const [name, words] =
    verified === true
      ? ['verified', 'Identity verified']
      : verified === false
        ? ['unverified', 'Identity not verified']
        : ['unknown', 'Identity unknown'];
  return el('span', { class: `identity identity--${name}` }, icon(name === 'verified' ? 'shield' : 'info', 12), say(words));
}

function facts(contact) {
  const { city, country, company_name: company } = contact.additional_attributes ?? {};
  return [
    ['mail', 'Email', contact.email],
    ['phone', 'Phone', contact.phone_number],
    ['id', 'Identifier', contact.identifier],
    ['building', 'Company', company],
    ['pin', 'Location', [city, country].filter(Boolean).join(', ')],
    ['lock', 'Blocked', contact.blocked ? say('Blocked') : null],
  ].filter(([name, , value]) => value || ['mail', 'phone', 'id'].includes(name));
}

function fact([name, words, value]) {
  return el(
    'div',
    { class: 'fact' },
    el('dt', { title: say(words) }, icon(name, 14)),
    el('dd', { class: value ? '' : 'missing' }, el('bdi', {}, value || say('Not available'))),
  );
}

function part(words, content) {
  return el('details', { class: 'part', open: true }, el('summary', {}, say(words), icon('chevron', 14)), el('div', {}, content));
}

function actions(simulator, conversation) {
  const { agents } = simulator.host.store;
  const { assignee, team } = conversation.meta;
  const choose = el(
    'select',
    {
      'aria-label': say('Assigned agent'),
      'data-key': 'assignee',
      onchange: ({ target }) => simulator.giveTo(Number(target.value) || null).catch(() => {}),
    },
    el('option', { value: '' }, say('None')),
    agents.map(({ id, name }) => el('option', { value: id, selected: id === assignee?.id }, name)),
    assignee?.type === 'agent_bot' && el('option', { value: '', selected: true }, assignee.name),
  );
  return [
    el('label', { class: 'field' }, el('span', {}, say('Assigned agent')), choose),
    line('Assigned team', team?.name ?? say('No team')),
    line('Priority', conversation.priority ?? say('None')),
    el(
      'div',
      { class: 'field' },
      el('span', {}, say('Labels')),
      el('span', { class: 'labels' }, (conversation.labels ?? []).map((label) => el('bdi', { class: 'label' }, label)), button('+', null, { class: 'label label--add', disabled: true, title: say('Add label') })),
    ),
  ];
}

function attributes(values = {}, definitions) {
  const entries = Object.entries(values ?? {});
  if (!entries.length) return el('p', { class: 'missing' }, say('No attributes'));
  const named = (key) => definitions.find((definition) => definition.attribute_key === key)?.attribute_display_name ?? key;
  return entries.map(([key, value]) => line(named(key), typeof value === 'string' ? value : JSON.stringify(value)));
}

function information(host, conversation) {
  const { browser, referer, mail_subject: subject } = conversation.additional_attributes ?? {};
  return [
    line('Inbox', host.store.inboxOf(conversation)?.name ?? String(conversation.inbox_id)),
    conversation.created_at && line('Started', clock(conversation.created_at, currentLanguage())),
    browser && line('Browser', `${browser.browser_name} ${browser.browser_version}, ${browser.platform_name}`),
    referer && line('Started from', referer),
    subject && line('Conversation', subject),
    Object.entries(conversation.custom_attributes ?? {}).map(([key, value]) => line(key, String(value))),
  ];
}

function line(words, value) {
  return el('div', { class: 'field' }, el('span', {}, say(words)), el('bdi', {}, value));
}
