// Generation 2, 3.15 to August 2026: every frame listens, and answers while its tab is visible, whoever asked.
import { FETCH_INFO, conversationAndContact, currentAgent } from './shared.js';

export const g2 = {
  id: 'g2',
  name: 'G2 · 3.15 to 8/2026',
  createsFrames: 'when opened',

  data: (store) => ({ ...conversationAndContact(store), currentAgent: currentAgent(store) }),

  mounted(frame) {
    frame.listener = (event) => {
      if (frame.isVisible && event.data === FETCH_INFO) frame.send('asked');
    };
    window.addEventListener('message', frame.listener);
  },
  unmounted(frame) {
    window.removeEventListener('message', frame.listener);
  },
  returned() {},
  changed() {},
};
