// What all generations of the host's frame component have in common.

// The only request the host understands: this exact string.
export const FETCH_INFO = 'chatwoot-dashboard-app:fetch-info';

export function conversationAndContact(store) {
  return { conversation: store.selectedConversation, contact: store.contactOf(store.selectedConversation) };
}

// What the host knows of its agent, as far as it tells an app.
export function currentAgent({ agent: { id, name, email }, agentIsLoaded }) {
  return agentIsLoaded ? { id, name, email } : {};
}
