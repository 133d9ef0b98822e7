// What the mobile app does to every key of a context, custom attributes included; it cannot be undone.
function snakeKey(key) {
  return key
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replace(/[\s.-]+/gu, '_')
    .toLowerCase();
}

export function snakeCased(value) {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeKey(key), snakeCased(inner)]));
}
