// j and k: next and previous conversation. 1: Messages, 2 and on: the apps.
export function keyboard(host, { reveal }) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
    if (event.key === 'j' || event.key === 'k') {
      step(host, event.key === 'j' ? 1 : -1);
      reveal();
    } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= host.frames.length + 1) {
      host.openTab(Number(event.key) - 1);
    }
  });
}

function step(host, by) {
  const { listed, selectedId } = host.store;
  const next = listed[listed.findIndex(({ id }) => id === selectedId) + by];
  if (next) host.openConversation(next.id);
}
