// What the page shows: posting the context, putting the answered sections in place, asking again for
// those that wait, and saying what goes on when there is nothing to show.
(function () {
  "use strict";
  var RETRY_AFTER = [1000, 2000, 4000, 8000, 15000, 30000];
  var POLL_LOADING = [300, 500, 800, 1300, 2000, 3000, 4000, 6000, 8000, 12000, 20000];
  var POLL_STALE = [700, 1500, 3000, 6000, 12000];
  // The pass for follow-up requests lives for 300 s.
  var PASS_SECONDS = 240;
  var REVISIT_AFTER = 30000;

  var root = document.documentElement;
  var texts = JSON.parse(document.getElementById("texts").textContent);
  var panels = document.getElementById("panels");
  var statusBox = document.getElementById("status");
  var skeleton = panels.innerHTML;
  var query = location.search; // ?lang=
  var pass = { token: null, at: 0 };
  var round = 0; // counts contexts shown: an answer of an earlier one is dropped
  var abort = null;
  var retries = 0;
  var retryTimer = null;
  var polls = new Map(); // placement -> timer
  var visitedAt = Date.now();

  // --- posting the context -------------------------------------------------------------------------

  function show(context, same) {
    round += 1;
    retries = 0;
    if (!same) {
      stopPolling();
      panels.innerHTML = skeleton;
      panels.hidden = false;
      pass.token = null;
    }
    hideStatus();
    post();
  }

  function post() {
    var mine = round;
    clearTimeout(retryTimer);
    if (abort) abort.abort();
    abort = new AbortController();
    return fetch("context" + query, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: window.voxys.current().body,
      cache: "no-store",
      credentials: "omit",
      signal: abort.signal,
    })
      .then(function (response) {
        return response.text().then(function (text) {
          if (mine !== round) return;
          if (response.ok) arrived(response, text);
          else refused(response, text);
        });
      })
      .catch(function (error) {
        if (mine === round && error.name !== "AbortError") unreachable();
      });
  }

  function arrived(response, html) {
    retries = 0;
    takePass(response);
    hideStatus();
    var made = document.createElement("template");
    made.innerHTML = html;
    var sections = made.content.querySelectorAll("section[data-placement]");
    var shown = panels.querySelectorAll("section[data-placement]");
    var same = sections.length === shown.length;
    for (var index = 0; same && index < sections.length; index++) {
      same = sections[index].dataset.placement === shown[index].dataset.placement;
    }
    if (same) sections.forEach(place);
    else {
      panels.replaceChildren();
      sections.forEach(function (section) {
        prepare(section);
        panels.append(section);
        settle(section);
      });
    }
    loadHtmx();
  }

  function takePass(response) {
    var token = response.headers.get("X-Voxys-Context");
    if (token) pass = { token: token, at: Date.now() };
  }

  function refused(response, text) {
    var problem = {};
    try {
      problem = JSON.parse(text);
    } catch (error) {
      // not ours: a proxy's page
    }
    if (response.status >= 500 || response.status === 429) return unreachable(problem.trace_id);
    stopPolling();
    panels.hidden = true;
    showStatus("refused", problem.detail, problem.trace_id, post);
  }

  function unreachable(trace) {
    var delay = RETRY_AFTER[Math.min(retries, RETRY_AFTER.length - 1)];
    retries += 1;
    retryTimer = setTimeout(post, delay);
    showStatus("unreachable", null, trace, post);
  }

  window.addEventListener("online", function () {
    if (retries && window.voxys.current()) post();
  });

  // --- sections ------------------------------------------------------------------------------------

  function prepare(section) {
    window.voxysTimes.localize(section);
    markMentions(section);
  }

  // Put a section where its older self is. Nothing moves that the agent has open.
  function place(section) {
    var id = section.dataset.placement;
    var old = panels.querySelector('section[data-placement="' + id + '"]');
    if (!old) return;
    prepare(section);
    var open = Array.prototype.map.call(old.querySelectorAll("details[open][id]"), function (details) {
      return details.id;
    });
    var focused = old.contains(document.activeElement) ? focusPath(old) : null;
    if (bodyOf(old) === bodyOf(section) && section.dataset.state !== "loading") {
      // Same data: only age and state are new, the rows stay as the agent left them.
      section.querySelector(".vx-panel__body").replaceWith(old.querySelector(".vx-panel__body"));
      open = [];
    } else {
      section.dataset.body = bodyOf(section);
    }
    section.dataset.body = section.dataset.body || old.dataset.body;
    old.replaceWith(section);
    open.forEach(function (name) {
      var details = document.getElementById(name);
      if (details) details.open = true;
    });
    if (focused) focused();
    if (window.htmx) window.htmx.process(section);
    settle(section);
  }

  // The body as the server sent it: the page changes its own copy.
  function bodyOf(section) {
    return section.dataset.body || section.querySelector(".vx-panel__body").innerHTML;
  }

  function focusPath(section) {
    var element = document.activeElement;
    var selector = element.id ? "#" + CSS.escape(element.id) : element.hasAttribute("data-refresh") ? "[data-refresh]" : null;
    return function () {
      var again =
        selector && panels.querySelector('section[data-placement="' + section.dataset.placement + '"] ' + selector);
      if (again) again.focus({ preventScroll: true });
    };
  }

  function settle(section) {
    var id = section.dataset.placement;
    var state = section.dataset.state;
    var delays = state === "loading" ? POLL_LOADING : section.dataset.retry ? POLL_STALE : null;
    if (!delays) return stopPoll(id);
    var poll = polls.get(id);
    if (!poll || poll.delays !== delays) poll = { delays: delays, next: 0, timer: null };
    stopPoll(id);
    if (poll.next >= delays.length) return state === "loading" && tooSlow(section);
    poll.timer = setTimeout(follow, delays[poll.next], id);
    poll.next += 1;
    polls.set(id, poll);
  }

  function tooSlow(section) {
    section.dataset.state = "error";
    section.setAttribute("aria-busy", "false");
    var body = section.querySelector(".vx-panel__body");
    body.replaceChildren();
    var notice = document.createElement("div");
    notice.className = "vx-notice vx-notice--error";
    var sentence = document.createElement("p");
    sentence.textContent = texts.slow;
    notice.append(sentence, button(texts.retry, null));
    notice.lastChild.dataset.refresh = "";
    body.append(notice);
  }

  // Ask for one section again; `force` asks the company's systems anew.
  function follow(id, force) {
    if (!window.voxys.current()) return;
    if (!force && window.voxys.needs("messages")) return post();
    if (!pass.token || (Date.now() - pass.at) / 1000 > PASS_SECONDS) return post();
    var mine = round;
    fetch("panels/" + id + "/" + (force ? "refresh" : "") + query, {
      method: force ? "POST" : "GET",
      headers: { "X-Voxys-Context": pass.token },
      cache: "no-store",
      credentials: "omit",
    })
      .then(function (response) {
        return response.text().then(function (text) {
          if (mine !== round) return;
          if (response.status === 403) return post(); // the pass has run out: the context renews it
          if (!response.ok) return announce(id, response, text);
          var made = document.createElement("template");
          made.innerHTML = text;
          place(made.content.querySelector("section"));
        });
      })
      .catch(function () {
        if (mine === round) unreachable();
      });
  }

  function announce(id, response, text) {
    if (response.status >= 500) return unreachable();
    var age = panels.querySelector('section[data-placement="' + id + '"] .vx-panel__age');
    try {
      if (age) age.textContent = JSON.parse(text).detail;
    } catch (error) {
      unreachable();
    }
  }

  function stopPoll(id) {
    if (polls.has(id)) clearTimeout(polls.get(id).timer);
    polls.delete(id);
  }

  function stopPolling() {
    Array.from(polls.keys()).forEach(stopPoll);
  }

  // Rows that the chat speaks of come first. The messages do not leave the browser for it.
  function markMentions(section) {
    var rows = section.querySelectorAll("[data-mention]");
    var context = window.voxys.current();
    var conversation = (context && context.data.conversation) || {};
    if (!rows.length || !Array.isArray(conversation.messages)) return;
    var said = window.voxys
      .publicMessages(conversation.messages)
      .map(function (message) {
        return typeof message.content === "string" ? message.content.slice(0, 5000) : "";
      })
      .join("\n");
    Array.prototype.slice.call(rows).reverse().forEach(function (row) {
      var number = row.dataset.mention;
      var at = number.length >= 3 ? said.indexOf(number) : -1;
      while (at >= 0) {
        var around = said.charAt(at - 1) + said.charAt(at + number.length);
        if (!/[\p{L}\p{N}]/u.test(around)) {
          row.dataset.mentioned = texts.mentioned;
          row.parentNode.prepend(row);
          return;
        }
        at = said.indexOf(number, at + 1);
      }
    });
  }

  // --- the agent's hand ----------------------------------------------------------------------------

  function refresh(section) {
    section.setAttribute("aria-busy", "true");
    follow(section.dataset.placement, true);
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-refresh], [data-copy]");
    if (!target) return;
    if (target.dataset.copy !== undefined) copy(target);
    else refresh(target.closest("section[data-placement]"));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var section = event.target.closest("section[data-placement]");
    if (section) refresh(section);
    else panels.querySelectorAll("section[data-placement]").forEach(refresh);
  });

  // The host delegates no clipboard to its frames, so the old way must do.
  function copy(target) {
    var field = document.createElement("textarea");
    field.value = target.dataset.copy;
    field.className = "vx-visually-hidden";
    document.body.append(field);
    field.select();
    var done = document.execCommand("copy");
    field.remove();
    target.focus({ preventScroll: true });
    if (!done) return;
    target.dataset.copied = texts.copied;
    setTimeout(function () {
      delete target.dataset.copied;
    }, 1500);
  }

  // --- coming back to the tab ----------------------------------------------------------------------

  // A tab that is hidden has no size. What the host knows may have changed meanwhile, and it tells nobody.
  new ResizeObserver(function () {
    if (!root.clientWidth || Date.now() - visitedAt < REVISIT_AFTER) return;
    visitedAt = Date.now();
    window.voxys.askNow();
    if (pass.token) panels.querySelectorAll("section[data-placement]").forEach(function (section) {
      follow(section.dataset.placement);
    });
  }).observe(root);

  setInterval(function () {
    window.voxysTimes.tick(panels);
  }, 15000);

  // --- htmx, once there is something to look at ----------------------------------------------------

  function loadHtmx() {
    if (document.getElementById("htmx")) return;
    requestAnimationFrame(function () {
      setTimeout(function () {
        if (document.getElementById("htmx")) return;
        var script = document.createElement("script");
        script.id = "htmx";
        script.src = root.dataset.htmx;
        script.onload = function () {
          window.htmx.process(panels);
        };
        document.head.append(script);
      });
    });
  }

  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-Voxys-Context"] = pass.token;
    var lang = new URLSearchParams(query).get("lang");
    if (lang) event.detail.parameters.lang = lang;
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    window.voxysTimes.localize(event.detail.target);
  });

  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 403) post();
  });

  // --- what there is to say when there is nothing to show ------------------------------------------

  function button(label, action) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "vx-button";
    made.textContent = label;
    if (action) made.addEventListener("click", action);
    return made;
  }

  function showStatus(kind, sentence, trace, action) {
    var title = document.createElement("h1");
    title.textContent = texts[kind].title;
    var text = document.createElement("p");
    text.textContent = sentence || texts[kind].text;
    statusBox.replaceChildren(title, text);
    if (action) statusBox.append(button(texts.retry, action));
    if (trace) {
      var small = document.createElement("small");
      small.className = "vx-trace";
      small.textContent = texts.reference + " " + trace;
      statusBox.append(small);
    }
    statusBox.dataset.kind = kind;
    statusBox.hidden = false;
  }

  function hideStatus() {
    statusBox.hidden = true;
    panels.hidden = false;
  }

  window.voxys.start({
    context: show,
    waiting: function (kind) {
      panels.hidden = true;
      showStatus(kind, null, null, kind === "silent" ? askAgain : null);
    },
  });

  function askAgain() {
    hideStatus();
    window.voxys.askNow();
  }
})();
