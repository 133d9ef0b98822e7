// Numbers and times as the inspector says them. Moments are seconds since the epoch, by the server's clock.
export function milliseconds({ milliseconds: time }) {
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

export function bytes(count) {
  return count < 1000 ? `${count} B` : `${(count / 1000).toFixed(1)} kB`;
}

export function ago(at, now) {
  return `${span(now - at)} ago`;
}

export function until(at, now) {
  return at > now ? `in ${span(at - now)}` : 'now';
}

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  return whole < 5400 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`;
}
