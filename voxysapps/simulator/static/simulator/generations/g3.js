// Generation 3, from September 2026: a frame answers its own iframe only, while its tab is visible, and sends
// again when the theme or the attribute definitions change.
import { FETCH_INFO, conversationAndContact, currentAgent } from './shared.js';

const g3 = {
  createsFrames: 'when opened',

  data: (store) => ({
    ...conversationAndContact(store),
    currentAgent: currentAgent(store),
    customAttributes: store.definitions,
    theme: document.body.classList.contains('dark') ? 'dark' : 'light',
  }),

  mounted(frame) {
    frame.listener = (event) => {
      if (!frame.isVisible || event.data !== FETCH_INFO) return;
      if (event.source && event.source === frame.contentWindow) frame.send('asked');
    };
    window.addEventListener('message', frame.listener);
  },
  unmounted(frame) {
    window.removeEventListener('message', frame.listener);
  },
  changed(frame, what) {
    if (frame.isVisible) frame.send(what);
    else frame.missed = what;
  },
};

// Variant a sends again whenever the agent comes back to the tab.
export const g3a = {
  ...g3,
  id: 'g3a',
  name: 'G3a · sends on return',
  returned: (frame) => frame.send('tab shown again'),
};

// Variant b sends again only when the tab missed a change while it was hidden.
export const g3b = {
  ...g3,
  id: 'g3b',
  name: 'G3b · sends if missed',
  returned(frame) {
    if (frame.missed) frame.send(`${frame.missed}, missed while hidden`);
  },
};
