// Times, sizes and initials as the host writes them.
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function ago(seconds, locale) {
  const age = Math.max(0, Date.now() / 1000 - seconds);
  const [size, unit] = [[DAY, 'day'], [HOUR, 'hour']].find(([limit]) => age >= limit) ?? [MINUTE, 'minute'];
  const count = Math.floor(age / size);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(count);
}

export function clock(seconds, locale) {
  const moment = new Date(seconds * 1000);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: 'short', day: 'numeric' };
  return moment.toLocaleString(locale, { ...day, hour: '2-digit', minute: '2-digit' });
}

export function fileSize(bytes) {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\p{Extended_Pictographic}\s]/gu, '').trim().split(/\s+/);
  const first = [...new Intl.Segmenter().segment(words[0] ?? '')][0]?.segment ?? '?';
  const last = words.length > 1 ? [...new Intl.Segmenter().segment(words.at(-1))][0].segment : '';
  return (first + last).toUpperCase();
}

// A number that is the same for the same name, to choose one of `count` colours.
export function hashed(name, count) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % count;
}
