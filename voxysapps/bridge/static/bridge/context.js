// Which context this page shows: receiving it from the host, from a sibling tab or from the mobile app,
// asking for it, handing it on, and cutting it down before it leaves the browser.
//
// One document belongs to one conversation, but contexts come unasked, repeated, late or not at all. So
// everything here may run any number of times; what is shown changes only when the context does.
window.voxys = (() => {
  "use strict";
  const MAX_LENGTH = 5e6;
  // After the first question, which early.js has asked.
  const ASK_AFTER = [300, 1000, 3000];
  const GIVE_UP_AFTER = 6000;
  const MESSAGES = 50;
  const CHARACTERS = 2000;

  const early = window.voxysEarly;
  const root = document.documentElement;
  const origins = JSON.parse(root.dataset.origins);
  const needs = root.dataset.needs.split(" ");
  let handlers = null; // {context(context, isSameCustomer), waiting(why)}
  let current = null; // {conversation, contact, body, data}
  let metStranger = false;
  let timers = [];

  // --- receiving -----------------------------------------------------------------------------------

  function sourceOf(event) {
    if (early.mobile) return event.source === window ? "host" : null;
    if (event.source === window.parent) return origins.includes(event.origin) ? "host" : "stranger";
    return event.origin === location.origin && isSibling(event.source) ? "sibling" : null;
  }

  // Another of our tabs in the same host window. Its parent can be compared, though not read.
  function isSibling(source) {
    return Boolean(source) && source !== window && source.parent === window.parent;
  }

  function parse(text) {
    if (typeof text !== "string" || text.length > MAX_LENGTH || text[0] !== "{") return null;
    try {
      const message = JSON.parse(text);
      return message.event === "appContext" && isRecord(message.data) ? message.data : null;
    } catch {
      return null;
    }
  }

  function receive(event) {
    const source = sourceOf(event);
    const data = source && parse(event.data);
    if (!data) return;
    if (source === "stranger") {
      metStranger = true;
    } else if (source === "host") {
      handOn(event.data);
      apply(data);
    } else if (!current || idOf(data.conversation) === current.conversation) {
      // A sibling knows the same host window, so the same conversation; should it not, it is not heard.
      apply(data);
    }
  }

  // The host may answer the wrong one of our tabs (generations 1 and 2). Whoever receives a context gives
  // it to the siblings. Addressed window by window: a broadcast would reach other host windows too.
  function handOn(text) {
    if (early.mobile) return;
    for (let index = 0; index < window.parent.frames.length; index += 1) {
      const frame = window.parent.frames[index];
      if (frame !== window) frame.postMessage(text, location.origin);
    }
  }

  function apply(data) {
    if (data.theme === "dark" || data.theme === "light") root.dataset.theme = data.theme;
    const before = current;
    const next = {
      conversation: idOf(data.conversation),
      contact: idOf(data.contact) || idOf(senderOf(data)),
      body: trim(data),
      data,
    };
    stopAsking();
    current = next;
    if (before && before.body === next.body) return;
    handlers.context(
      next,
      Boolean(before) && before.conversation === next.conversation && before.contact === next.contact,
    );
  }

  function isRecord(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  function idOf(record) {
    return (isRecord(record) && record.id) || null;
  }

  function senderOf(data) {
    return data.conversation && data.conversation.meta && data.conversation.meta.sender;
  }

  // --- trimming ------------------------------------------------------------------------------------

  function pick(record, names) {
    if (!isRecord(record)) return record === null ? null : undefined;
    return Object.fromEntries(names.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]));
  }

  function pickAll(records, names) {
    return Array.isArray(records) ? records.map((record) => pick(record, names)) : undefined;
  }

  function wants(need) {
    return needs.includes(need);
  }

  // Only what names agent, conversation and customer leaves the browser, and what a panel asked for.
  // Counters and times are left out: they change with every message and would post the same again.
  function trim(data) {
    const attributes = wants("attributes") ? ["custom_attributes"] : [];
    const person = ["id", "name", "email", "phone_number", "identifier", ...attributes];
    const conversation = pick(data.conversation, [
      "id", "uuid", "account_id", "inbox_id", "status", "labels", ...attributes,
    ]);
    if (conversation) {
      const meta = data.conversation.meta || {};
      // It moves with the first live update; here it has one place, or it would be posted twice.
      conversation.channel = meta.channel || data.conversation.channel;
      conversation.meta = { ...pick(meta, ["hmac_verified"]), sender: pick(meta.sender, person) };
      if (wants("messages")) conversation.messages = publicMessages(data).map(trimMessage);
    }
    return JSON.stringify({
      event: "appContext",
      data: {
        conversation,
        contact: pick(data.contact, person),
        currentAgent: pick(data.currentAgent || data.current_agent, ["id", "name", "email"]),
        customAttributes: wants("definitions")
          ? pickAll(data.customAttributes || data.custom_attributes, [
              "attribute_key", "attribute_display_name", "attribute_display_type", "attribute_model",
            ])
          : undefined,
      },
    });
  }

  // The last messages that the customer saw too, oldest first.
  function publicMessages(data) {
    const messages = data.conversation && data.conversation.messages;
    if (!Array.isArray(messages)) return [];
    return messages
      .filter((message) => isRecord(message) && !message.private)
      .sort((one, other) => one.created_at - other.created_at || one.id - other.id)
      .slice(-MESSAGES);
  }

  function trimMessage(message) {
    const kept = pick(message, ["id", "content", "message_type", "content_type", "created_at"]);
    if (typeof kept.content === "string") kept.content = kept.content.slice(0, CHARACTERS);
    kept.sender = pick(message.sender, ["id", "type", "name"]);
    return kept;
  }

  // --- asking --------------------------------------------------------------------------------------

  function keepAsking() {
    stopAsking();
    timers = ASK_AFTER.map((delay) => setTimeout(early.ask, delay));
    timers.push(setTimeout(() => handlers.waiting(metStranger ? "stranger" : "silent"), GIVE_UP_AFTER));
  }

  function stopAsking() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  // --- for panels.js -------------------------------------------------------------------------------

  return {
    start(given) {
      handlers = given;
      if (window.parent === window && !early.mobile) {
        early.take = () => {};
        handlers.waiting("outside");
        return;
      }
      early.take = receive;
      early.events.splice(0).forEach(receive);
      if (!current) keepAsking();
    },
    // What the host knows may have changed, and it tells nobody.
    ask() {
      early.ask();
      if (!current) keepAsking();
    },
    current: () => current,
    needs: wants,
    // What was said in the chat, for this page's own eyes.
    said: () => publicMessages(current.data).map(({ content }) => (typeof content === "string" ? content : "")),
  };
})();
