// The mailbox: every mail of this run, the newest first. It looks for new ones by itself.
import { el, redraw } from './dom.js';
import { clock } from './format.js';

const SECONDS = 2;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

const config = JSON.parse(document.getElementById('mailbox-config').textContent);
const part = (name) => document.querySelector(`[data-part="${name}"]`);
let mails = [];
let shown = null;

const chosen = () => mails.find(({ id }) => id === Number(location.hash.slice(1))) ?? mails[0] ?? null;
const seconds = (mail) => Date.parse(mail.sent_at) / 1000;

async function refresh() {
  const answer = await fetch(config.mails);
  if (!answer.ok) throw new Error(`The mailbox answered ${answer.status}`);
  ({ mails } = await answer.json());
  draw();
}

function draw() {
  const open = chosen();
  if (open && !open.is_read) markRead(open);
  redraw(
    part('mails'),
    mails.length
      ? el('ol', {}, mails.map((mail) => el('li', {}, row(mail, mail.id === open.id))))
      : el('p', { class: 'mails-empty' }, 'No mail yet. Sign in to a dashboard app, and the code comes here.'),
  );
  document.title = mails.some((mail) => !mail.is_read) ? '● Mailbox' : 'Mailbox';
  // A mail never changes: what is selected in it stays selected.
  if (open?.id === shown) return;
  shown = open?.id ?? null;
  redraw(part('mail'), open && letter(open));
}

function row(mail, isOpen) {
  return el(
    'a',
    { class: `mail-row${mail.is_read ? '' : ' mail-row--unread'}`, href: `#${mail.id}`, 'aria-current': isOpen && 'true', 'data-key': String(mail.id) },
    el('span', { class: 'mail-row-to' }, el('bdi', {}, mail.to.join(', ')), el('time', {}, clock(seconds(mail), 'en'))),
    el('bdi', { class: 'mail-row-subject' }, mail.subject || 'No subject', !mail.is_read && el('span', { class: 'visually-hidden' }, ' (unread)')),
  );
}

function letter(mail) {
  const facts = [['From', mail.from], ['To', mail.to.join(', ')], ['Sent', new Date(mail.sent_at).toLocaleString('en-GB')]];
  return el(
    'article',
    {},
    el('h2', {}, el('bdi', {}, mail.subject || 'No subject')),
    el('dl', { class: 'mail-facts' }, facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, el('bdi', {}, value))))),
    el('div', { class: 'mail-body', dir: 'auto' }, linked(mail.body)),
  );
}

function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: href, index } of text.matchAll(LINK)) {
    parts.push(text.slice(end, index), el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href));
    end = index + href.length;
  }
  return [...parts, text.slice(end)];
}

function markRead(mail) {
  mail.is_read = true;
  const address = config.read.replace('/0/', `/${mail.id}/`);
  fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).catch(() => {});
}

const isDark = new URLSearchParams(location.search).get('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
document.body.classList.toggle('dark', isDark === 'dark');
window.addEventListener('hashchange', draw);
setInterval(() => document.hidden || refresh().catch(() => {}), SECONDS * 1000);
document.addEventListener('visibilitychange', () => document.hidden || refresh().catch(() => {}));
refresh().catch((error) => part('mails').replaceChildren(el('p', { class: 'mails-empty' }, error.message)));
