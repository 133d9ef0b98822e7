// The little Markdown that messages use, as elements: **bold**, *italic*, `code` and links. Never HTML.
import { el } from './dom.js';

const TOKEN = /\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|`([^`]+)`|(https?:\/\/[^\s<>"]+)/g;

function line(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, bold, italic, code, link] = match;
    parts.push(text.slice(end, match.index));
    if (bold) parts.push(el('strong', {}, bold));
    else if (italic) parts.push(el('em', {}, italic));
    else if (code) parts.push(el('code', {}, code));
    else parts.push(el('a', { href: link, target: '_blank', rel: 'noopener noreferrer' }, link));
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}

export function markdown(text) {
  return text.split(/\n{2,}/).map((paragraph) =>
    el('p', { dir: 'auto' }, paragraph.split('\n').flatMap((row, n) => (n ? [el('br'), ...line(row)] : line(row)))),
  );
}
