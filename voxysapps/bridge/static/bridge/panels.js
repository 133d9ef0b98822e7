// What the page shows: posting the context, putting the answered sections in place, asking again for
// those that wait, and saying what goes on when there is nothing to show.
(() => {
  "use strict";
  const RETRY_AFTER = [1000, 2000, 4000, 8000, 15000, 30000];
  const POLL_LOADING = [300, 500, 800, 1300, 2000, 3000, 4000, 6000, 8000, 12000, 20000];
  // Where the server holds the request until there is something to show.
  const HELD_LOADING = [0, ...POLL_LOADING];
  const MENTIONS_FETCHED = 3;
  const POLL_STALE = [400, 800, 1500, 3000, 6000, 12000];
  // No answer for so long is none.
  const PATIENCE = 20000;
  // The pass for follow-up requests lives for 300 s.
  const PASS_SECONDS = 240;
  const AWAY_FOR = 30000;

  const root = document.documentElement;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const panels = document.getElementById("panels");
  const statusBox = document.getElementById("status");
  const signInBox = document.getElementById("sign-in");
  const session = window.voxysSession;
  const skeleton = panels.innerHTML;
  const query = location.search; // ?lang=
  let pass = null; // {token, at}
  let round = 0; // counts the contexts shown: an answer to an earlier one is dropped
  let posting = null; // the promise of the context on its way
  let retries = 0;
  let retryTimer = null;
  let hasData = false;
  const sending = new Set(); // what to call off when another context comes
  const polls = new Map(); // placement -> {delays, next, timer}
  const forced = new Map(); // placement -> what it looked like when new data were asked for
  const bodies = new WeakMap(); // section -> its body as the server sent it; the page changes its own copy

  // --- asking the platform -------------------------------------------------------------------------

  // Like fetch, but with an end to waiting.
  async function request(path, options) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PATIENCE);
    sending.add(abort);
    try {
      const response = await fetch(path + (path.includes("?") ? query.replace("?", "&") : query), {
        cache: "no-store",
        credentials: session.credentials(),
        signal: abort.signal,
        ...options,
        headers: { ...session.headers(), ...options.headers },
      });
      return { response, text: await response.text() };
    } finally {
      clearTimeout(timer);
      sending.delete(abort);
    }
  }

  function show(context, isSameCustomer) {
    emit("leaving"); // while the pass is still there
    round += 1;
    retries = 0;
    posting = null;
    pass = null;
    sending.forEach((abort) => abort.abort());
    if (!isSameCustomer) clear();
    hideStatus();
    post();
  }

  function clear() {
    polls.forEach(({ timer }) => clearTimeout(timer));
    polls.clear();
    forced.clear();
    if (hasData) panels.innerHTML = skeleton;
    hasData = false;
    sections().forEach(noteBody);
  }

  // Post the context; whoever wants that while it is on its way waits for the same answer.
  function post() {
    posting = posting || send(round);
    return posting;
  }

  async function send(mine) {
    clearTimeout(retryTimer);
    const { Authorization: sent } = session.headers();
    let answer = null;
    try {
      answer = await request("context", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: window.voxys.current().body,
      });
    } catch {
      // no network, no server, or no patience left
    }
    if (mine !== round) return;
    posting = null;
    if (!answer) unreachable();
    else if (answer.response.ok) arrived(answer);
    else refused(answer, sent);
  }

  function arrived({ response, text }) {
    retries = 0;
    pass = { token: response.headers.get("X-Voxys-Context"), at: Date.now() };
    hideStatus();
    hideSignIn();
    const fresh = [...parse(text).querySelectorAll("section[data-placement]")];
    const order = (sections) => sections.map(({ dataset }) => dataset.placement).join();
    hasData = fresh.length > 0;
    if (!hasData) {
      clear();
      showStatus("empty");
    } else if (order(fresh) === order(sections())) {
      fresh.forEach(place);
    } else {
      panels.replaceChildren(...fresh);
      fresh.forEach((section) => {
        noteBody(section);
        dress(section);
        settle(section);
      });
    }
    loadHtmx();
    load("kit");
    if (root.dataset.acting) load("acting");
    lost.splice(0).forEach(fetchPart);
  }

  // To what was fetched after the first paint: acting.js.
  function emit(name, detail) {
    document.dispatchEvent(new CustomEvent(`voxys:${name}`, { detail }));
  }

  // The frame must stay where it is: the host posts the conversation to wherever it goes.
  function parse(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    made.content.querySelectorAll("base,embed,iframe,link,meta,object,script").forEach((one) => one.remove());
    return made.content;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.target !== "_blank" && !/^(#|mailto:|tel:)/.test(link.getAttribute("href"))) event.preventDefault();
  });

  function problemOf({ text }) {
    try {
      return JSON.parse(text);
    } catch {
      return {}; // not ours: a proxy's page
    }
  }

  function refused(answer, sent) {
    const problem = problemOf(answer);
    if (isTemporary(answer.response.status)) return unreachable(problem.trace_id, problem.detail);
    clear();
    if (problem.code === "sign_in_required") return signIn(problem, sent);
    showStatus("refused", { sentence: problem.detail, trace: problem.trace_id, action: post });
  }

  function isTemporary(status) {
    return status >= 500 || status === 429;
  }

  function unreachable(trace, sentence) {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(post, RETRY_AFTER[Math.min(retries, RETRY_AFTER.length - 1)]);
    retries += 1;
    showStatus("unreachable", { trace, sentence, action: post });
  }

  // --- signing in ----------------------------------------------------------------------------------

  let hasSignedIn = false; // in this document: a cookie that was set and does not come back is refused

  function signIn(problem, sent) {
    if (problem.reason !== "other_agent") session.forget(sent);
    if (session.inCookie() && hasSignedIn) return showStatus("noStorage", {});
    hideStatus();
    panels.hidden = true;
    signInBox.hidden = false;
    const given = { problem, context: window.voxys.current(), request, texts: texts.signIn, done: signedIn };
    if (window.voxysSignIn) window.voxysSignIn.show(signInBox, given);
    else load("signIn", () => signInBox.hidden || window.voxysSignIn.show(signInBox, given));
  }

  function signedIn({ token, agent }) {
    hasSignedIn = true;
    session.keep(token, agent.name);
    again();
  }

  function hideSignIn() {
    if (!signInBox.hidden && window.voxysSignIn) window.voxysSignIn.hide();
    signInBox.hidden = true;
    panels.hidden = false;
    const footer = document.getElementById("signed-in");
    if (!footer) return;
    footer.hidden = !session.isKept();
    footer.querySelector("span").textContent = session.name();
    footer.querySelector("button").onclick = signOut;
  }

  async function signOut() {
    await request("sign-out", { method: "POST" }).catch(() => null);
    session.out();
    again("out");
  }

  // Somebody signed in or out, here or in another tab.
  function again(signed) {
    if (!window.voxys.current()) return;
    if (signed === "out") {
      clear();
      hasSignedIn = false;
    }
    pass = null;
    posting = null;
    round += 1;
    post();
  }
  session.onChange(again);

  window.addEventListener("online", () => {
    if (retries) post();
  });

  // --- sections ------------------------------------------------------------------------------------

  function sections() {
    return [...panels.querySelectorAll("section[data-placement]")];
  }

  function sectionOf(id) {
    return sections().find(({ dataset }) => dataset.placement === id);
  }

  function bodyOf(section) {
    return section.querySelector(".vx-panel__body");
  }

  function noteBody(section) {
    bodies.set(section, bodyOf(section).innerHTML);
  }

  // Bring a section up to date. Nothing moves that the agent has open, nothing at all where data are the same.
  function place(fresh) {
    const section = sectionOf(fresh.dataset.placement);
    if (!section) return;
    const focused = section.contains(document.activeElement) ? document.activeElement : null;
    const findFocused = focused && pathTo(focused, section);
    for (const name of ["data-state", "data-retry", "aria-busy"]) {
      if (fresh.hasAttribute(name)) section.setAttribute(name, fresh.getAttribute(name));
      else section.removeAttribute(name);
    }
    section.querySelector(".vx-panel__age").replaceWith(fresh.querySelector(".vx-panel__age"));
    placeNotices(section, fresh);
    const html = bodyOf(fresh).innerHTML;
    // What the agent is asked, or waits for, is not taken away.
    const isNew = bodies.get(section) !== html && !section.querySelector("[data-consent],form[aria-busy=true]");
    if (isNew) {
      const old = bodyOf(section);
      old.replaceWith(bodyOf(fresh));
      bodies.set(section, html);
      keepOpen(old, section);
    }
    dress(section, isNew);
    if (focused && !focused.isConnected) {
      const again = findFocused() || section.querySelector("[data-refresh]");
      again.focus({ preventScroll: true });
    }
    settle(section);
  }

  function noticesOf(section) {
    return [...section.children].filter((child) => child.matches(".vx-unverified,.vx-notice,.vx-banner:not([data-told])"));
  }

  // Untouched while they say the same: a screen reader would read them out again.
  function placeNotices(section, fresh) {
    const old = noticesOf(section);
    const notices = noticesOf(fresh);
    const html = (list) => list.map(({ outerHTML }) => outerHTML).join("");
    if (html(old) === html(notices)) return;
    old.forEach((notice) => notice.remove());
    bodyOf(section).before(...notices);
  }

  // What was open stays open. Until its new details are here it shows the old ones.
  function keepOpen(old, section) {
    old.querySelectorAll("details[open][id]").forEach((before) => {
      const details = section.querySelector(`#${CSS.escape(before.id)}`);
      if (!details) return;
      const [seen, part] = [before, details].map((one) => one.querySelector("[hx-get]"));
      if (seen && part) part.replaceChildren(...seen.childNodes);
      details.open = true;
    });
  }

  // How to find an element again once its surroundings have been replaced: its place among what can have
  // the focus, in the row it belongs to.
  function pathTo(element, section) {
    const FOCUSABLE = "a,button,summary,input,select,textarea";
    const row = element.closest("details[id]");
    const index = [...(row || section).querySelectorAll(FOCUSABLE)].indexOf(element);
    return () => {
      const scope = row ? section.querySelector(`#${CSS.escape(row.id)}`) : section;
      return scope && scope.querySelectorAll(FOCUSABLE)[index];
    };
  }

  function dress(section, isNew = true) {
    window.voxysTimes.localize(section);
    if (!isNew) return;
    markMentions(section);
    fetchMentioned(section);
    if (window.htmx) window.htmx.process(section);
    emit("section", section);
  }

  // Ask again for a section that waits for data, until there are some.
  function settle(section) {
    const id = section.dataset.placement;
    const isLoading = section.dataset.state === "loading";
    if (forced.get(id) !== lookOf(section)) forced.delete(id);
    const waits = section.dataset.retry || forced.has(id);
    // The server says how many seconds from now a passing failure may be over.
    const later = forced.has(id) ? 0 : Number(section.dataset.retry || 0) * 1000;
    const loading = root.dataset.needs ? POLL_LOADING : HELD_LOADING;
    const delays = isLoading ? loading : later ? [later] : waits ? POLL_STALE : null;
    const before = polls.get(id);
    if (before) clearTimeout(before.timer);
    polls.delete(id);
    if (!delays) return;
    const next = before && before.delays === delays ? before.next : 0;
    if (next < delays.length) {
      if (forced.has(id)) section.setAttribute("aria-busy", "true");
      polls.set(id, { delays, next: next + 1, timer: setTimeout(later ? lookAgain : follow, delays[next], id) });
    } else {
      forced.delete(id);
      section.setAttribute("aria-busy", "false");
      if (isLoading) tooSlow(section);
    }
  }

  // A failure may last for hours: nobody asks again for a tab that nobody sees.
  function lookAgain(id) {
    if (isInView && !document.hidden) follow(id);
    else settle(sectionOf(id));
  }

  // Changes with every answer and every failure of the company's systems.
  function lookOf(section) {
    const time = section.querySelector("time[data-fetched-at]");
    const notices = [...section.querySelectorAll(".vx-notice, .vx-banner")];
    return (time ? time.dataset.fetchedAt : "") + notices.map(({ textContent }) => textContent);
  }

  function tooSlow(section) {
    const notice = document.createElement("div");
    notice.className = "vx-notice vx-notice--error";
    notice.setAttribute("role", "status");
    const again = button(texts.retry);
    again.dataset.refresh = "";
    notice.append(paragraph(texts.slow), again);
    section.dataset.state = "error";
    bodyOf(section).replaceChildren(notice);
    bodies.delete(section);
  }

  // Ask for one section again; with `action` by posting `body` to its address: `refresh` asks the company's
  // systems anew.
  async function follow(id, action, body, isSecondTry = false) {
    if (!window.voxys.current()) return;
    // Panels that read messages need them posted: a pass does not carry them.
    if (!action && root.dataset.needs) return post();
    if (!hasPass()) {
      await post();
      if (!action || !hasPass()) return;
    }
    const mine = round;
    let answer = null;
    try {
      const isLoading = sectionOf(id)?.dataset.state === "loading";
      answer = await request(`panels/${id}/${action || (isLoading ? "?wait=1" : "")}`, {
        method: action ? "POST" : "GET",
        headers: { "X-Voxys-Context": pass.token },
        body,
      });
    } catch {
      // as in `send`
    }
    if (mine !== round) return;
    const section = answer && answer.response.ok && parse(answer.text).querySelector("section[data-placement]");
    if (section) place(section);
    else if (!answer || answer.response.status >= 500) unreachable();
    else if (answer.response.status === 429) announce(id, problemOf(answer).detail);
    else if (isSecondTry) announce(id, problemOf(answer).detail);
    else {
      // The pass has run out, or the app has other panels now: the context brings both.
      pass = null;
      await post();
      if (action && pass) return follow(id, action, body, true);
    }
    return section;
  }

  function hasPass() {
    return Boolean(pass) && (Date.now() - pass.at) / 1000 < PASS_SECONDS;
  }

  function announce(id, sentence) {
    const section = sectionOf(id);
    if (!section) return;
    forced.delete(id);
    // Nothing that is asked for anyway may take the sentence away again.
    if (polls.has(id)) clearTimeout(polls.get(id).timer);
    polls.delete(id);
    section.setAttribute("aria-busy", "false");
    const age = section.querySelector(".vx-panel__age");
    age.setAttribute("role", "status");
    age.textContent = sentence || texts.unreachable.title;
  }

  // Rows that the chat speaks of come first. The messages do not leave the browser for it.
  function markMentions(section) {
    const numbers = [...section.querySelectorAll("[data-mention]")].filter(({ dataset }) => dataset.mention.length >= 3);
    if (!numbers.length) return;
    const said = window.voxys.said().join("\n");
    for (const row of numbers.reverse()) {
      if (!isMentioned(row.dataset.mention, said)) continue;
      row.dataset.mentioned = texts.mentioned;
      if (row.dataset.row !== undefined) row.parentNode.prepend(row);
    }
  }

  // Orders the chat speaks of may be older than the rows at hand.
  async function fetchMentioned(section) {
    const rows = section.querySelector("[data-hidden-numbers]");
    if (!rows || !hasPass()) return;
    const said = window.voxys.said().join("\n");
    const numbers = rows.dataset.hiddenNumbers.split(" ").filter((number) => number.length >= 3 && isMentioned(number, said));
    for (const number of numbers.slice(0, MENTIONS_FETCHED)) {
      const answer = await request(`${rows.dataset.rowsUrl}&number=${encodeURIComponent(number)}`, {
        headers: { "X-Voxys-Context": pass.token },
      }).catch(() => null); // it is still found below "Show more"
      const row = answer && answer.response.ok && rows.isConnected && parse(answer.text).querySelector("[data-row]");
      if (!row) return;
      row.dataset.mentioned = texts.mentioned;
      window.voxysTimes.localize(row);
      rows.prepend(row);
      if (window.htmx) window.htmx.process(row);
    }
  }

  function isMentioned(number, said) {
    for (let at = said.indexOf(number); at >= 0; at = said.indexOf(number, at + 1)) {
      // "1042" is not mentioned by "21042".
      const around = said.charAt(at - 1) + said.charAt(at + number.length);
      if (!/[\p{L}\p{N}]/u.test(around)) return true;
    }
    return false;
  }

  // --- the agent's hand ----------------------------------------------------------------------------

  function refresh(which) {
    // The contact may have been edited, and the host tells nobody.
    window.voxys.ask();
    which.forEach((section) => {
      const id = section.dataset.placement;
      forced.set(id, lookOf(section));
      section.setAttribute("aria-busy", "true");
      follow(id, "refresh");
    });
  }

  // Whom the contact is taken for matters to every panel.
  async function link(section, { linkConnection, linkCustomer }) {
    section.setAttribute("aria-busy", "true");
    const body = new URLSearchParams({ connection: linkConnection, customer: linkCustomer });
    if (await follow(section.dataset.placement, "link", body)) post();
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-refresh],[data-copy],[data-link-connection]");
    if (!target) return;
    const section = target.closest("section[data-placement]");
    if (target.dataset.copy !== undefined) copy(target);
    else if (target.dataset.linkConnection) link(section, target.dataset);
    else refresh([section]);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey || !hasData) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const section = event.target.closest("section[data-placement]");
    refresh(section ? [section] : sections());
  });

  // The host delegates no clipboard to its frames, so the old way must do.
  function copy(target) {
    const field = document.createElement("textarea");
    field.value = target.dataset.copy;
    field.readOnly = true;
    field.className = "vx-visually-hidden";
    target.after(field);
    field.focus({ preventScroll: true });
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    target.focus({ preventScroll: true });
    if (!isDone) return;
    target.dataset.copied = texts.copied;
    setTimeout(() => delete target.dataset.copied, 1500);
  }

  // --- coming back to the tab ----------------------------------------------------------------------

  // A hidden tab is told nothing, keeps its size and gets no resize events: only this observer sees it.
  let isInView = true;
  let awaySince = null;
  new IntersectionObserver((entries) => {
    isInView = entries[entries.length - 1].isIntersecting;
    lookAround();
  }).observe(root);
  document.addEventListener("visibilitychange", lookAround);

  function lookAround() {
    if (!isInView || document.hidden) {
      awaySince = awaySince || Date.now();
      return;
    }
    const wasAwayFor = awaySince ? Date.now() - awaySince : 0;
    awaySince = null;
    if (wasAwayFor < AWAY_FOR || !window.voxys.current()) return;
    window.voxys.ask();
    sections().forEach(({ dataset }) => follow(dataset.placement));
  }

  setInterval(() => window.voxysTimes.tick(panels), 15000);

  // --- htmx: details and further rows, on demand ---------------------------------------------------

  const MAX_ATTEMPTS = 3;
  const lost = []; // {elt, target, path} of parts asked for in vain; asked for again when the context is answered
  const attempts = new WeakMap(); // element -> how often its part was lost

  // After the first paint: nothing may delay the frame's `load` event.
  function load(name, then) {
    const id = `${name}-script`; // as "htmx" the element itself would be window.htmx
    if (document.getElementById(id)) return;
    const script = document.createElement(name === "kit" ? "link" : "script");
    script.id = id;
    script.rel = "stylesheet";
    script.src = script.href = root.dataset[name];
    script.onload = then;
    window.voxysTimes.later(() => document.head.append(script));
  }

  function loadHtmx() {
    load("htmx", () => {
      window.htmx.process(panels);
      // What was opened before htmx was there asks for its details now.
      panels.querySelectorAll("details[open]").forEach((details) => details.dispatchEvent(new Event("toggle")));
    });
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const clean = document.createElement("div");
    clean.append(parse(detail.serverResponse));
    detail.serverResponse = clean.innerHTML;
  });

  document.addEventListener("htmx:confirm", (event) => {
    if (hasPass()) return;
    event.preventDefault();
    lost.push(event.detail);
    post();
  });

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    Object.assign(detail.headers, session.headers(), { "X-Voxys-Context": pass ? pass.token : "" });
    const lang = new URLSearchParams(query).get("lang");
    if (lang) detail.parameters.set("lang", lang);
  });

  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const section = target.closest("section[data-placement]");
    if (section) dress(section, false);
  });

  document.addEventListener("htmx:sendError", ({ detail }) => partLost(detail, 0));
  document.addEventListener("htmx:timeout", ({ detail }) => partLost(detail, 0));
  document.addEventListener("htmx:responseError", ({ detail }) => partLost(detail, detail.xhr.status));

  function partLost({ elt, target, xhr, requestConfig }, status) {
    if (!elt.isConnected) return;
    const count = (attempts.get(elt) || 0) + 1;
    attempts.set(elt, count);
    if (status === 404 || status === 429 || count > MAX_ATTEMPTS) {
      const { placement } = elt.closest("section[data-placement]").dataset;
      announce(placement, problemOf({ text: xhr.responseText }).detail);
      return;
    }
    lost.push({ elt, target, path: requestConfig.path });
    if (status === 401 || status === 403) {
      pass = null;
      post();
    } else {
      unreachable();
    }
  }

  function fetchPart({ elt, target, path }) {
    if (!elt.isConnected) return;
    window.htmx.ajax("GET", path, { source: elt, target, swap: elt.getAttribute("hx-swap") || "innerHTML" });
  }

  // --- what there is to say when there is nothing to show ------------------------------------------

  function button(label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "vx-button";
    made.textContent = label;
    if (action) made.addEventListener("click", () => action());
    return made;
  }

  function paragraph(text) {
    const made = document.createElement("p");
    made.textContent = text;
    return made;
  }

  // In place of the panels, or as a banner above them where there are data to go on looking at.
  function showStatus(kind, { sentence, trace, action, label = texts.retry } = {}) {
    const text = sentence || texts[kind].text;
    const key = [kind, text, hasData].join();
    panels.hidden = !hasData;
    // Said again and again, it stays as it is: the button may have the focus.
    if (statusBox.hidden || statusBox.dataset.key !== key) {
      const title = document.createElement("h1");
      title.textContent = texts[kind].title;
      statusBox.className = hasData ? "vx-banner vx-banner--look" : "vx-status";
      statusBox.replaceChildren(...(hasData ? [] : [title]), paragraph(text));
      if (action) statusBox.append(button(label, action));
      if (trace) {
        const small = document.createElement("small");
        small.className = "vx-trace";
        small.textContent = `${texts.reference} ${trace}`;
        statusBox.append(small);
      }
    }
    statusBox.dataset.key = key;
    statusBox.dataset.kind = kind;
    statusBox.hidden = false;
  }

  function hideStatus() {
    statusBox.hidden = true;
    panels.hidden = !signInBox.hidden;
  }

  function askAgain() {
    hideStatus();
    window.voxys.ask();
  }

  // What acting.js works with.
  window.voxysPanels = {
    parse,
    request,
    post,
    hasPass,
    place,
    round: () => round,
    pass: () => pass && pass.token,
    sent: (section) => bodies.get(section),
    force(section) {
      forced.set(section.dataset.placement, lookOf(section));
    },
  };
  sections().forEach(noteBody);
  // A context about to come is posted before the browser lays out what waits for it; without one the page soon
  // shows what it is going to be.
  setTimeout(() => statusBox.hidden && hideStatus(), 60);
  window.voxys.start({
    context: show,
    waiting(why) {
      showStatus(why, why === "silent" ? { action: askAgain, label: texts.ask } : {});
    },
  });
})();
