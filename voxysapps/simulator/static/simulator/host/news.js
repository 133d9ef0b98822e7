// What reaches the agent's window by itself, as by the host's own live connection: messages sent and deleted, by
// whomever, and changes of the open conversation and its contact. No app is ever told.
import * as mutations from './mutations.js';

const CONTACT = ['name', 'email', 'phone_number', 'identifier'];

export class News {
  // By account and conversation: what has been told already. What only this window did is not in it, and stays.
  #told = new Map();
  #asked = 0;
  #heard = 0;

  // `account` as it was loaded.
  begin(accountId, account) {
    for (const conversation of account.conversations) this.#remember(accountId, conversation);
  }

  // Fetches the news of the open conversation; answers what they are: 'messages', 'records', both or nothing.
  async refresh(address, accountId, store) {
    const turn = (this.#asked += 1);
    const answer = await fetch(`${address}?conversation=${store.selectedId}`);
    if (!answer.ok || turn < this.#heard) return { changes: [] };
    this.#heard = turn;
    const { conversation, conversation_ids: ids, ...rest } = await answer.json();
    return {
      ...rest,
      changes: conversation ? this.#tell(accountId, store, conversation) : [],
      hasNewConversation: ids.some((id) => !store.conversation(id)),
    };
  }

  #remember(accountId, { id, messages, status, meta }) {
    this.#told.set(`${accountId}/${id}`, {
      messages: new Map(messages.map((message) => [message.id, message.content])),
      status,
      assignee: meta.assignee?.id ?? null,
      contact: identity(meta.sender),
    });
  }

  #tell(accountId, store, news) {
    const conversation = store.conversation(news.id);
    const told = this.#told.get(`${accountId}/${news.id}`);
    if (!conversation || !told) return [];
    const changes = new Set();
    for (const message of news.messages) {
      if (told.messages.get(message.id) === message.content) continue;
      told.messages.set(message.id, message.content);
      mutations.receiveMessage(conversation, message);
      changes.add('messages');
    }
    if (news.status !== told.status) {
      told.status = news.status;
      mutations.setStatus(store, conversation, news.status);
      changes.add('records');
    }
    const assignee = news.meta.assignee?.id ?? null;
    if (assignee !== told.assignee) {
      told.assignee = assignee;
      mutations.assign(store, conversation, store.agents.find(({ id }) => id === assignee) ?? null);
      changes.add('records');
    }
    if (identity(news.meta.sender) !== told.contact) {
      told.contact = identity(news.meta.sender);
      mutations.editContact(store, conversation, Object.fromEntries(CONTACT.map((name) => [name, news.meta.sender[name]])));
      changes.add('records');
    }
    return [...changes];
  }
}

function identity(contact) {
  return JSON.stringify(CONTACT.map((name) => contact[name] ?? null));
}
