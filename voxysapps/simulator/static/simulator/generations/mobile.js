// The mobile app: the page is a document of its own in a phone's web view. It asks through the app's channel;
// the answer is posted from its own window. Every key is in snake case; the contact is what the conversation says.
import { FETCH_INFO, currentAgent } from './shared.js';
import { snakeCased } from '../host/snake-case.js';

export const mobile = {
  id: 'mobile',
  name: 'Mobile app',
  createsFrames: 'when opened',
  isPhone: true,

  data(store) {
    const conversation = store.selectedConversation;
    return snakeCased({ conversation, contact: conversation.meta?.sender, currentAgent: currentAgent(store) });
  },

  mounted(frame) {
    frame.listener = ({ source, data }) => {
      if (!data?.phone || !source || source !== frame.contentWindow) return;
      if (data.phone.loaded) frame.loaded();
      if (data.phone.posted === FETCH_INFO) frame.send('asked');
    };
    window.addEventListener('message', frame.listener);
  },
  unmounted(frame) {
    window.removeEventListener('message', frame.listener);
  },
  returned() {},
  changed() {},
};
