// Where the agent writes. What is sent goes to the host.
import { button, el, icon, redraw } from '../dom.js';
import { say } from '../words.js';

export function replyBox(simulator, element) {
  const { host } = simulator;
  let isNote = false;

  const send = async () => {
    const field = element.querySelector('textarea');
    const content = field.value.trim();
    if (!content) return;
    field.value = '';
    try {
      await simulator.send({ content, private: isNote });
    } catch {
      // The window says why; what was written is not lost.
      field.value ||= content;
    }
  };

  const draw = () => {
    const mode = (note, words) =>
      button(say(words), () => ((isNote = note), draw()), { class: 'mode', 'data-key': words, 'aria-pressed': String(isNote === note) });
    const canReply = host.store.selectedConversation.can_reply !== false;
    element.className = isNote ? 'reply reply--note' : 'reply';
    redraw(
      element,
      el('div', { class: 'reply-modes' }, mode(false, 'Reply'), mode(true, 'Private note')),
      !canReply && !isNote && el('p', { class: 'reply-closed' }, say('You can only reply with a template: the 24 hours are over.')),
      el('textarea', {
        rows: 2,
        dir: 'auto',
        placeholder: say(isNote ? 'Only agents see this note.' : 'Write a reply'),
        'aria-label': say(isNote ? 'Private note' : 'Reply'),
        disabled: !canReply && !isNote,
        onkeydown: (event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
        },
      }),
      el(
        'div',
        { class: 'reply-tools' },
        ['smile', 'clip', 'mic', 'spark'].map((name) => el('span', { class: 'tool' }, icon(name, 16))),
        el('span', { class: 'spacer' }),
        button([say(isNote ? 'Add note' : 'Send'), ' ', el('kbd', {}, '⌃ ↵')], send, { class: 'button button--primary' }),
      ),
    );
  };
  host.changes.listen((what) => ['account', 'conversation', 'language'].includes(what) && ((isNote = false), draw()));
}
