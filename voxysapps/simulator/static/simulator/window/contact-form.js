// The host's form for a contact. Saving goes to the host and tells no app.
import { button, el } from '../dom.js';
import { say } from '../words.js';

const FIELDS = [
  ['name', 'Name'],
  ['email', 'Email'],
  ['phone_number', 'Phone'],
  ['identifier', 'Identifier'],
];

export function contactForm(host, { save }) {
  const dialog = el('dialog', { class: 'dialog' });
  document.querySelector('.host').append(dialog);

  return function open() {
    const conversation = host.store.selectedConversation;
    const contact = { ...conversation.meta.sender, ...host.store.contactOf(conversation) };
    const form = el(
      'form',
      {
        method: 'dialog',
        onsubmit: () => save(Object.fromEntries(FIELDS.map(([name]) => [name, form.elements.namedItem(name).value || null]))).catch(() => {}),
      },
      el('h2', {}, say('Edit contact')),
      FIELDS.map(([name, words]) =>
        el('label', { class: 'form-field' }, el('span', {}, say(words)), el('input', { name, dir: 'auto', value: contact[name] ?? '', autocomplete: 'off' })),
      ),
      el('div', { class: 'dialog-buttons' }, button(say('Cancel'), () => dialog.close()), button(say('Save'), null, { type: 'submit', class: 'button button--primary' })),
    );
    dialog.replaceChildren(form);
    dialog.showModal();
  };
}
