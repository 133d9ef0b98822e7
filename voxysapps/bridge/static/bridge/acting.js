// What an agent does in a panel besides looking: actions, what they have set and find again, and the panel's own
// files. Fetched after the first paint, by apps that have such panels.
(() => {
  "use strict";
  const root = document.documentElement;
  const bridge = window.voxysPanels;
  const PAUSE = 1000;
  const MAX_PAUSES = 60;
  const MAX_SILENT = 2;
  const SAVE_AFTER = 700;

  const session = window.voxysSession;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const sections = () => [...document.querySelectorAll("#panels section[data-placement]")];
  const sectionOf = (id) => sections().find(({ dataset }) => dataset.placement === id);
  const placementOf = (element) => element.closest("section[data-placement]")?.dataset.placement;

  // Like the bridge's own requests, with a pass, which is renewed once; null where there is no answer.
  async function askWithPass(path, options, isSecondTry) {
    try {
      if (!bridge.hasPass()) await bridge.post();
      if (!bridge.hasPass()) return null;
      const headers = { ...options.headers, "X-Voxys-Context": bridge.pass() };
      const answer = await bridge.request(path, { ...options, headers });
      if (isSecondTry || ![401, 403].includes(answer.response.status)) return answer;
      await bridge.post(); // which brings another pass
      return await askWithPass(path, options, true);
    } catch {
      return null; // no network, no server, or no patience left
    }
  }

  // --- actions -------------------------------------------------------------------------------------

  const keys = new WeakMap(); // form -> the key of the press of its button, while nobody knows what became of it

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-action]");
    if (!form) return;
    event.preventDefault();
    const consent = event.submitter?.hasAttribute("data-yes") ? answerOf(form).dataset.consent : "";
    press(form, consent);
  });

  function answerOf(form) {
    return form.querySelector("[data-answer]");
  }

  async function press(form, consent) {
    if (form.getAttribute("aria-busy") === "true") return;
    if (!keys.has(form)) keys.set(form, newKey());
    form.setAttribute("aria-busy", "true");
    try {
      await ask(form, new URLSearchParams(new FormData(form)), consent || "");
    } finally {
      form.setAttribute("aria-busy", "false");
    }
  }

  // Ask until it is known what became of it: it is one press all the while. A context that is posted meanwhile calls
  // requests off, so one that is not answered is asked again.
  async function ask(form, body, consent) {
    const path = `panels/${placementOf(form)}/actions/${form.dataset.action}`;
    const headers = { "Idempotency-Key": keys.get(form), "X-Voxys-Consent": consent };
    for (let pauses = 0, silent = 0; pauses <= MAX_PAUSES && silent <= MAX_SILENT; pauses += 1) {
      const answer = await askWithPass(path, { method: "POST", headers, body });
      // Another customer is shown by now: what was asked for is done all the same, and their panel tells.
      if (!form.isConnected) return;
      if (answer && !answer.response.ok) return refused(form, answer);
      silent = answer ? 0 : silent + 1;
      if (answer) {
        const parts = bridge.parse(answer.text);
        const outcome = parts.querySelector("[data-outcome]");
        if (outcome.dataset.outcome !== "waiting") return arrived(form, outcome, parts);
        say(form, ...outcome.childNodes);
      }
      await new Promise((wake) => setTimeout(wake, PAUSE));
    }
    refused(form, null);
  }

  function arrived(form, outcome, parts) {
    const { outcome: kind, consent } = outcome.dataset;
    if (kind === "invalid") return correct(form, outcome);
    say(form, ...outcome.childNodes);
    if (kind === "confirm") {
      answerOf(form).dataset.consent = consent;
      answerOf(form).querySelector("[tabindex]").focus();
      return;
    }
    // Not known, and may be tried again: it is the same press then.
    if (outcome.dataset.again === undefined) keys.delete(form);
    if (kind !== "done") return;
    const notice = answerOf(form).firstElementChild;
    forget(form);
    form.reset();
    form.querySelectorAll(".vx-inputs__error").forEach((error) => error.remove());
    const details = form.closest("details.vx-action");
    if (details) {
      details.open = false;
      details.querySelector("summary").focus({ preventScroll: true });
    }
    tell(placementOf(form), notice);
    form.setAttribute("aria-busy", "false");
    const fresh = parts.querySelector("section[data-placement]");
    if (fresh) changed(fresh);
  }

  // Say what became of it, above the panel's data, until the next action.
  function tell(id, notice) {
    const section = sectionOf(id);
    if (!section) return;
    section.querySelectorAll("[data-told]").forEach((one) => one.remove());
    notice.dataset.told = "";
    section.querySelector(".vx-panel__head").after(notice);
  }

  // Show the section as it is now; what it shows is being fetched anew.
  function changed(fresh) {
    const section = sectionOf(fresh.dataset.placement);
    if (root.dataset.needs) bridge.post();
    else if (section) {
      bridge.force(section);
      bridge.place(fresh);
    }
  }

  function correct(form, outcome) {
    say(form);
    keys.delete(form);
    form.querySelector("[data-fields]").replaceChildren(...outcome.childNodes);
    form.querySelector("[aria-invalid=true]")?.focus();
  }

  function refused(form, answer) {
    let problem = {};
    try {
      problem = JSON.parse(answer.text);
    } catch {
      // no answer, or not ours: a proxy's page
    }
    // Whatever was begun before may have been done: pressed again, it is the same press.
    const notice = document.createElement("p");
    notice.className = "vx-banner vx-banner--look";
    notice.setAttribute("role", "status");
    notice.textContent = problem.detail || texts.noAnswer;
    say(form, notice);
  }

  function say(form, ...nodes) {
    delete answerOf(form).dataset.consent;
    answerOf(form).replaceChildren(...nodes);
  }

  document.addEventListener("click", (event) => {
    const no = event.target.closest("[data-no]");
    if (!no) return;
    const form = no.closest("form[data-action]");
    say(form);
    keys.delete(form);
    form.querySelector("button[type=submit]:not([data-yes])").focus();
  });

  // What was agreed to is what was asked about.
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-action]");
    if (!form || form.getAttribute("aria-busy") === "true" || !answerOf(form).dataset.consent) return;
    say(form);
    keys.delete(form);
  });

  // --- what the agent has set ----------------------------------------------------------------------

  const WITH_VALUES = "[data-keep], form[data-action] :is(input, select, textarea)";
  let kept = {}; // placement -> name -> value, as the platform has it or as it was set since
  let changes = new Map(); // "placement scope" -> what is to be sent
  let timer = null;
  // Where nobody signs in, nothing is kept for anybody.
  const isKept = () => Boolean(document.getElementById("signed-in")) && session.isKept();

  // Fields of an action's form are kept for the conversation, others where the template says so.
  function nameOf(element) {
    if (element.dataset.keep) return element.dataset.keep;
    const form = element.closest("form[data-action]");
    if (!form || !element.name || ["hidden", "password", "file"].includes(element.type)) return null;
    const details = form.closest("details.vx-action");
    return `${details ? details.id : form.dataset.action}.${element.name}`;
  }

  function valueOf(element) {
    if (element.tagName === "DETAILS") return element.open;
    return element.type === "checkbox" || element.type === "radio" ? element.checked : element.value;
  }

  function put(element, value) {
    if (element.tagName === "DETAILS") element.open = value === true;
    else if (element.type === "checkbox" || element.type === "radio") element.checked = value === true;
    else element.value = value;
  }

  function noteChange({ target: element }) {
    const placement = element.closest && placementOf(element);
    const name = placement && nameOf(element);
    if (!name) return;
    const value = valueOf(element);
    if ((kept[placement] || {})[name] === value) return;
    set(placement, element.dataset.keepFor === "agent" ? "agent" : "conversation", name, value);
  }

  function set(placement, scope, name, value) {
    kept[placement] = { ...kept[placement], [name]: value };
    const slot = `${placement} ${scope}`;
    changes.set(slot, { ...changes.get(slot), [name]: value });
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  }

  function forget(form) {
    const placement = placementOf(form);
    for (const element of form.elements) {
      const name = nameOf(element);
      if (name) set(placement, "conversation", name, null);
    }
  }

  // With the pass of the conversation in which it was set: called before another one is shown.
  function save() {
    clearTimeout(timer);
    const pass = bridge.pass();
    const sent = changes;
    changes = new Map();
    if (!isKept() || !pass) return;
    for (const [slot, values] of sent) {
      const [placement, scope] = slot.split(" ");
      const body = JSON.stringify({ placement: Number(placement), scope, values });
      fetch("state", {
        method: "POST",
        keepalive: true,
        credentials: session.credentials(),
        headers: { ...session.headers(), "Content-Type": "application/json", "X-Voxys-Context": pass },
        body,
      }).catch(() => null); // it is kept in this page all the same
    }
  }

  let fetchedFor = null; // the round

  async function fetchKept() {
    const mine = bridge.round();
    if (!isKept() || fetchedFor === mine) return;
    fetchedFor = mine;
    const answer = await askWithPass("state", {});
    if (mine !== bridge.round() || !answer || !answer.response.ok) return;
    const stored = JSON.parse(answer.text);
    for (const [placement, values] of Object.entries(stored)) kept[placement] = { ...values, ...kept[placement] };
    sections().forEach(restore);
  }

  function restore(section) {
    const values = kept[section.dataset.placement];
    if (!values) return;
    section.querySelectorAll(WITH_VALUES).forEach((element) => {
      const value = values[nameOf(element)];
      if (value === undefined || value === null || value === valueOf(element)) return;
      put(element, value);
      // The panel's own script, or what else listens, takes it as the agent's.
      element.dispatchEvent(new Event(element.tagName === "DETAILS" ? "toggle" : "change", { bubbles: true }));
    });
  }

  // What was set before this file listened is what the page has otherwise than the server sent it.
  function noteEarlier(section) {
    const sent = new Map();
    bridge
      .parse(bridge.sent(section) || "")
      .querySelectorAll(WITH_VALUES)
      .forEach((element) => sent.set(nameOf(element), valueOf(element)));
    section.querySelectorAll(WITH_VALUES).forEach((element) => {
      const value = sent.get(nameOf(element));
      if (value !== undefined && value !== valueOf(element)) noteChange({ target: element });
    });
  }

  ["input", "change", "toggle"].forEach((type) => document.addEventListener(type, noteChange, true));
  document.addEventListener("visibilitychange", () => document.hidden && save());

  // --- the panels' own files -----------------------------------------------------------------------

  const assets = JSON.parse(root.dataset.assets || "{}"); // slug -> {styles, scripts}
  const modules = new Map();

  for (const href of [...new Set(Object.values(assets).flatMap(({ styles }) => styles))]) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    document.head.append(link);
  }

  async function connect(section) {
    for (const url of assets[section.dataset.panel]?.scripts || []) {
      if (!modules.has(url)) modules.set(url, import(url));
      try {
        (await modules.get(url)).connect(section);
      } catch (error) {
        console.error(`panel ${section.dataset.panel}: ${url}`, error);
      }
    }
  }

  // --- when something is shown ---------------------------------------------------------------------

  function dress(section) {
    fetchKept();
    restore(section);
    connect(section);
  }

  document.addEventListener("voxys:section", ({ detail }) => dress(detail));
  document.addEventListener("voxys:leaving", () => {
    save();
    kept = {};
  });
  sections().forEach(noteEarlier);
  sections().forEach(dress);
})();
