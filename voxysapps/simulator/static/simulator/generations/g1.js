// Generation 1, up to 3.14: one `window.onmessage` for all frames. The frame mounted last owns it, hears every
// request whoever asked, and never lets go of it. Without an iframe of its own it fails with a TypeError.
import { FETCH_INFO, conversationAndContact, currentAgent } from './shared.js';

export const g1 = {
  id: 'g1',
  name: 'G1 · up to 3.14',
  createsFrames: 'when opened',

  data: (store) => ({ ...conversationAndContact(store), currentAgent: currentAgent(store) }),

  mounted(frame) {
    window.onmessage = (event) => {
      if (event.data === FETCH_INFO) frame.send('asked');
    };
  },
  unmounted() {},
  returned() {},
  changed() {},
};

// Its first versions made every iframe with the conversation, hidden, and did not name the agent.
export const g1First = {
  ...g1,
  id: 'g1-first',
  name: 'G1 · first versions',
  createsFrames: 'with the conversation',
  data: conversationAndContact,
};

// Some versions gave the iframes of all apps one id, so that the first in the document got every context.
export const g1SameId = {
  ...g1,
  id: 'g1-same-id',
  name: 'G1 · one iframe id',
  sharesId: true,
};
