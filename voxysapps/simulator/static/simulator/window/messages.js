// The conversation's messages: bubbles of both sides, private notes, activities and attachments.
import { el, icon, iconButton } from '../dom.js';
import { clock, fileSize } from '../format.js';
import { markdown } from '../markdown.js';
import { currentLanguage, say } from '../words.js';
import { avatar } from './avatar.js';

const FILE_ICONS = { audio: 'play', location: 'pin', file: 'file', video: 'play', image: 'image' };

export function messages(simulator, element) {
  const { host } = simulator;
  const remove = (message) => simulator.deleteMessage(message.id).catch(() => {});
  const draw = () => {
    const { selectedConversation } = host.store;
    const ordered = [...(selectedConversation.messages ?? [])].sort((a, b) => a.created_at - b.created_at || a.id - b.id);
    element.replaceChildren(...ordered.flatMap((message, index) => [dayLine(message, ordered[index - 1]), bubble(message, remove)]).filter(Boolean));
    showLast();
  };
  const showLast = () => (element.scrollTop = element.scrollHeight);
  // The place for messages changes with the reply box, the window and the tab.
  new ResizeObserver(showLast).observe(element);
  host.changes.listen((what) => ['account', 'conversation', 'messages', 'language'].includes(what) && draw());
}

function dayLine(message, previous) {
  const day = (moment) => new Date(moment.created_at * 1000).toDateString();
  if (previous && day(previous) === day(message)) return null;
  const words = new Date(message.created_at * 1000).toLocaleDateString(currentLanguage(), { dateStyle: 'medium' });
  return el('div', { class: 'day' }, el('span', {}, words));
}

function bubble(message, remove) {
  if (message.message_type === 2) {
    return el('div', { class: 'activity' }, el('bdi', {}, message.content ?? ''), ' ', el('time', {}, clock(message.created_at, currentLanguage())));
  }
  const isOurs = message.message_type !== 0;
  const isMail = message.content_type === 'incoming_email';
  const kind = message.private ? 'private' : message.sender?.type === 'agent_bot' || message.message_type === 3 ? 'bot' : isOurs ? 'outgoing' : 'incoming';
  return el(
    'div',
    { class: `message message--${isOurs ? 'ours' : 'theirs'}${isMail ? ' message--mail' : ''}` },
    !isOurs && avatar(message.sender?.name ?? '', { size: 'small' }),
    message.message_type === 1 &&
      !message.content_attributes?.deleted &&
      iconButton('bin', say('Delete message'), () => remove(message), { class: 'icon-button message-delete' }),
    el(
      'div',
      { class: `bubble bubble--${kind}` },
      isMail && mailHead(message),
      message.content_type === 'voice_call' && el('span', { class: 'call' }, icon('phone', 14), say('Phone')),
      message.content_type === 'sticker' && el('span', { class: 'call' }, icon('smile', 28)),
      message.content_attributes?.is_unsupported && el('em', {}, 'This kind of message cannot be shown here.'),
      message.content && (message.content_attributes?.deleted ? el('em', {}, message.content) : markdown(message.content)),
      (message.content_attributes?.items ?? []).map((item) => el('span', { class: 'choice' }, item.title)),
      (message.attachments ?? []).map(attachment),
      meta(message, isOurs),
    ),
    isOurs && avatar(message.sender?.name ?? 'Bot', { size: 'small' }),
  );
}

function mailHead({ content_attributes: { email = {} } }) {
  return el('div', { class: 'mail-head' }, el('strong', {}, email.subject ?? ''), el('span', {}, (email.from ?? []).join(', ')));
}

function attachment(item) {
  const name = item.fallback_title ?? item.data_url?.split('/').at(-1) ?? item.file_type;
  const picture = item.file_type === 'image' && el('div', { class: 'picture', 'aria-hidden': 'true' }, icon('image', 28));
  return el(
    'div',
    { class: 'attachment' },
    picture,
    el(
      'div',
      { class: 'attachment-line' },
      icon(FILE_ICONS[item.file_type] ?? 'file', 16),
      el('bdi', {}, name),
      item.file_size && el('small', {}, fileSize(item.file_size)),
    ),
    item.transcribed_text && el('p', { class: 'transcript' }, item.transcribed_text),
  );
}

function meta(message, isOurs) {
  const ticks = { sent: 'check', delivered: 'checks', read: 'checks', failed: 'alert' }[message.status];
  return el(
    'div',
    { class: 'bubble-meta' },
    message.private && icon('lock', 12),
    el('time', {}, clock(message.created_at, currentLanguage())),
    isOurs && !message.private && ticks && el('span', { class: `ticks ticks--${message.status}` }, icon(ticks, 14)),
  );
}
