// What happens to the host's records while an agent works. None of it is ever told to an app.
const seconds = () => Math.floor(Date.now() / 1000);

export function userPush({ id, name, available_name, availability_status }) {
  return { id, name, available_name, avatar_url: '', type: 'user', availability_status, thumbnail: '' };
}

export function contactPush(record) {
  const { availability_status, created_at, last_activity_at, contact_inboxes, ...push } = record;
  return { ...push, type: 'contact' };
}

// A saved contact replaces the stored one as a whole; the conversation's copy is replaced with it.
export function editContact(store, conversation, changes) {
  const sender = conversation.meta.sender;
  const edited = { ...contactPush({ ...sender, ...store.contacts.get(sender.id) }), ...changes, id: sender.id };
  store.contacts.set(sender.id, edited);
  conversation.meta = { ...conversation.meta, sender: { ...sender, ...changes, id: sender.id } };
}

export function loseContact(store, conversation) {
  store.contacts.delete(conversation.meta?.sender?.id);
}

export function addMessage(store, conversation, message = {}) {
  const { author = 'contact', ...fields } = message;
  const created = seconds();
  const people = { contact: contactPush(conversation.meta.sender), agent: userPush(store.agent) };
  const sender = people[author];
  const record = {
    id: Math.max(0, ...conversation.messages.map(({ id }) => id)) + 1,
    content: 'Hello again',
    account_id: store.account.id,
    inbox_id: conversation.inbox_id,
    conversation_id: conversation.id,
    message_type: { contact: 0, agent: 1, activity: 2 }[author],
    created_at: created,
    updated_at: new Date().toISOString(),
    private: false,
    status: 'sent',
    source_id: null,
    content_type: 'text',
    content_attributes: {},
    sender_type: { contact: 'Contact', agent: 'User' }[author] ?? null,
    sender_id: sender?.id ?? null,
    external_source_ids: {},
    additional_attributes: {},
    processed_message_content: fields.content ?? 'Hello again',
    sentiment: {},
    conversation: {
      assignee_id: conversation.meta.assignee?.id ?? null,
      unread_count: conversation.unread_count,
      last_activity_at: created,
      contact_inbox: { source_id: conversation.contact_inbox?.source_id ?? null },
    },
    ...(sender && { sender }),
    ...fields,
  };
  conversation.messages = [...conversation.messages, record];
  Object.assign(conversation, { timestamp: created, last_activity_at: created });
  if (author !== 'activity') conversation.last_non_activity_message = record;
  return record;
}

// A message as the host pushes it: a new one, or one that it has sent before and is deleted now.
export function receiveMessage(conversation, message) {
  const isKnown = conversation.messages.some(({ id }) => id === message.id);
  conversation.messages = isKnown
    ? conversation.messages.map((one) => (one.id === message.id ? message : one))
    : [...conversation.messages, message];
  if (isKnown) return;
  Object.assign(conversation, { timestamp: message.created_at, last_activity_at: message.created_at });
  if (message.message_type !== 2) conversation.last_non_activity_message = message;
}

export function assign(store, conversation, agent) {
  conversation.meta = { ...conversation.meta, assignee: agent ?? undefined, assignee_type: agent ? 'User' : undefined };
  liveUpdate(store, conversation);
}

export function setStatus(store, conversation, status) {
  conversation.status = status;
  liveUpdate(store, conversation);
}

// Merges what a `conversation.updated` event carries: other types, other places, and a secret.
export function liveUpdate(store, conversation) {
  const { sender, assignee, team, channel, hmac_verified } = conversation.meta;
  const replied = conversation.first_reply_created_at;
  conversation.channel ??= channel;
  conversation.first_reply_created_at =
    typeof replied === 'number' ? (replied ? new Date(replied * 1000).toISOString() : null) : replied ?? null;
  conversation.updated_at = Date.now() / 1000;
  conversation.contact_inbox ??= {
    id: conversation.id + 7000,
    contact_id: sender.id,
    inbox_id: conversation.inbox_id,
    source_id: `source-${sender.id}`,
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    hmac_verified: Boolean(hmac_verified),
    pubsub_token: `demonstration-secret-${conversation.id}`,
  };
  conversation.meta = {
    sender: contactPush(sender),
    assignee: assignee ? (assignee.type ? assignee : userPush(assignee)) : null,
    assignee_type: assignee ? (assignee.type === 'agent_bot' ? 'AgentBot' : 'User') : null,
    team: team ?? null,
    hmac_verified,
  };
}
