// Which context this page shows: receiving it from the host, from a sibling tab or from the mobile app,
// asking for it, handing it on, and cutting it down before it leaves the browser.
//
// One document belongs to one conversation, but contexts come unasked, repeated, late or not at all. So
// everything here may run any number of times; what is shown changes only when the context does.
window.voxys = (function () {
  "use strict";
  var MAX_LENGTH = 5e6;
  var ASK_AFTER = [300, 1000, 3000];
  var GIVE_UP_AFTER = 6000;
  var MESSAGES = 50;
  var CHARACTERS = 2000;

  var early = window.voxysEarly;
  var root = document.documentElement;
  var origins = JSON.parse(root.dataset.origins);
  var needs = root.dataset.needs.split(" ");
  var handlers = { context: null, waiting: null };
  var current = null; // {conversation, contact, body, data}
  var strangers = false;
  var timers = [];

  // --- receiving -----------------------------------------------------------------------------------

  function sourceOf(event) {
    if (early.mobile) return event.source === window ? "host" : null;
    if (event.source === window.parent && origins.indexOf(event.origin) >= 0) return "host";
    if (event.origin === location.origin && isSibling(event.source)) return "sibling";
    return null;
  }

  // Another of our tabs in the same host window. Its parent can be compared, though not read.
  function isSibling(source) {
    try {
      return !!source && source !== window && window.parent !== window && source.parent === window.parent;
    } catch (error) {
      return false;
    }
  }

  function parse(text) {
    if (typeof text !== "string" || text.length > MAX_LENGTH || text[0] !== "{") return null;
    try {
      var message = JSON.parse(text);
      return message.event === "appContext" && message.data && typeof message.data === "object" ? message.data : null;
    } catch (error) {
      return null;
    }
  }

  function receive(event) {
    var data = parse(event.data);
    if (!data) return;
    var source = sourceOf(event);
    if (!source) {
      strangers = event.source === window.parent;
      return;
    }
    if (source === "host") {
      handOn(event.data);
      apply(data, true);
    } else if (!current || idOf(data.conversation) === current.conversation) {
      // A sibling knows the same host window, so the same conversation; should it not, it is not heard.
      apply(data, false);
    }
  }

  // The host may answer the wrong one of our tabs (generations 1 and 2). Whoever receives a context gives
  // it to the siblings. Addressed window by window: a broadcast would reach other host windows too.
  function handOn(text) {
    if (early.mobile) return;
    for (var index = 0; index < window.parent.frames.length; index++) {
      var frame = window.parent.frames[index];
      if (frame !== window) frame.postMessage(text, location.origin);
    }
  }

  function apply(data, fromHost) {
    if (data.theme === "dark" || data.theme === "light") root.dataset.theme = data.theme;
    var conversation = data.conversation || {};
    var contact = data.contact || {};
    var sender = (conversation.meta && conversation.meta.sender) || {};
    var next = {
      conversation: idOf(conversation),
      contact: idOf(contact) || idOf(sender),
      body: trim(data),
      data: data,
    };
    var before = current;
    if (before && before.body === next.body) {
      before.data = data;
      return;
    }
    if (before && !fromHost && before.conversation !== next.conversation) return;
    current = next;
    stopAsking();
    var same = !!before && before.conversation === next.conversation && before.contact === next.contact;
    handlers.context(next, same);
  }

  function idOf(record) {
    return (record && record.id) || null;
  }

  // --- trimming ------------------------------------------------------------------------------------

  function pick(record, names) {
    if (!record || typeof record !== "object") return record === null ? null : undefined;
    var picked = {};
    names.forEach(function (name) {
      if (record[name] !== undefined) picked[name] = record[name];
    });
    return picked;
  }

  function wants(need) {
    return needs.indexOf(need) >= 0;
  }

  // Only what names agent, conversation and customer leaves the browser, and what a panel asked for.
  // Counters and times are left out: they change with every message and would post the same again.
  function trim(data) {
    var attributes = wants("attributes") ? ["custom_attributes"] : [];
    var person = ["id", "name", "email", "phone_number", "identifier"].concat(attributes);
    var full = data.conversation || {};
    var conversation = pick(
      data.conversation,
      ["id", "uuid", "account_id", "inbox_id", "status", "channel", "labels"].concat(attributes)
    );
    if (conversation && full.meta) {
      conversation.meta = pick(full.meta, ["channel", "hmac_verified"]);
      if (full.meta.sender) conversation.meta.sender = pick(full.meta.sender, person);
    }
    if (conversation && wants("messages") && Array.isArray(full.messages)) {
      conversation.messages = publicMessages(full.messages).map(trimMessage);
    }
    var trimmed = {
      conversation: conversation,
      contact: pick(data.contact, person),
      currentAgent: pick(data.currentAgent || data.current_agent, ["id", "name", "email"]),
    };
    if (wants("definitions")) {
      trimmed.customAttributes = (data.customAttributes || data.custom_attributes || []).map(function (definition) {
        return pick(definition, [
          "attribute_key",
          "attribute_display_name",
          "attribute_display_type",
          "attribute_model",
        ]);
      });
    }
    return JSON.stringify({ event: "appContext", data: trimmed });
  }

  function publicMessages(messages) {
    return messages
      .filter(function (message) {
        return message && !message.private;
      })
      .sort(function (one, other) {
        return one.created_at - other.created_at || one.id - other.id;
      })
      .slice(-MESSAGES);
  }

  function trimMessage(message) {
    var kept = pick(message, ["id", "content", "message_type", "content_type", "created_at"]);
    if (typeof kept.content === "string") kept.content = kept.content.slice(0, CHARACTERS);
    if (message.sender) kept.sender = pick(message.sender, ["id", "type", "name"]);
    return kept;
  }

  // --- asking --------------------------------------------------------------------------------------

  function ask() {
    stopAsking();
    timers = ASK_AFTER.map(function (delay) {
      return setTimeout(early.ask, delay);
    });
    timers.push(
      setTimeout(function () {
        if (!current) handlers.waiting(strangers ? "stranger" : "silent");
      }, GIVE_UP_AFTER)
    );
  }

  function askNow() {
    early.ask();
    if (!current) ask();
  }

  function stopAsking() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  // --- life ----------------------------------------------------------------------------------------

  function start(given) {
    handlers = given;
    if (window.parent === window && !early.mobile) {
      handlers.waiting("outside");
      return;
    }
    early.take = receive;
    early.events.splice(0).forEach(receive);
    if (!current) ask();
  }

  return {
    start: start,
    askNow: askNow,
    needs: wants,
    publicMessages: publicMessages,
    current: function () {
      return current;
    },
  };
})();
