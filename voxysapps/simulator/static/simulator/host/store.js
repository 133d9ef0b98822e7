// What the host has loaded of one account: the records as they lie in its own store.
export class HostStore {
  selectedId = null;
  // An app that is opened right after the window may be sent an empty agent.
  agentIsLoaded = true;

  constructor(account, agentId) {
    this.account = account;
    this.agents = account.agents;
    this.inboxes = account.inboxes;
    this.conversations = account.conversations;
    this.definitions = account.definitions;
    this.apps = account.dashboard_apps;
    this.contacts = new Map(account.contacts.map((contact) => [contact.id, contact]));
    this.agent = this.agents.find((agent) => agent.id === agentId) ?? this.agents[0];
  }

  get selectedConversation() {
    return this.conversation(this.selectedId) ?? {};
  }

  conversation(id) {
    return this.conversations.find((conversation) => conversation.id === id);
  }

  contactOf(conversation) {
    return this.contacts.get(conversation.meta?.sender?.id) ?? {};
  }

  inboxOf(conversation) {
    return this.inboxes.find((inbox) => inbox.id === conversation.inbox_id);
  }

  // Newest first, as the host lists them.
  get listed() {
    return [...this.conversations].sort((a, b) => b.timestamp - a.timestamp);
  }
}

export function channelOf(conversation) {
  const channel = conversation.meta?.channel ?? conversation.channel ?? '';
  return channel.replace('Channel::', '');
}
