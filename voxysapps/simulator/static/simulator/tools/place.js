// Where the window stands, kept in the address so that a reload comes back to it.
const KEYS = ['account', 'agent', 'conversation', 'tab', 'host', 'theme', 'direction', 'width', 'tools', 'compare'];

export function readPlace() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

export function writePlace(place) {
  const kept = KEYS.filter((key) => place[key] !== null && place[key] !== undefined).map((key) => [key, String(place[key])]);
  history.replaceState(null, '', `#${new URLSearchParams(kept)}`);
}
