// The sign-in inside the frame: loaded when it is needed, which is once a month.
window.voxysSignIn = (() => {
  "use strict";
  const LOOK_EVERY = 3000;
  const CODE_LENGTH = 8;
  const style = Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: document.documentElement.dataset.signInStyle,
  });
  document.head.append(style);
  let texts = null;
  let box = null;
  let given = null; // {problem, context, request, done}
  let who = ""; // whom the view is for: agent and conversation
  let timers = [];

  // --- building ------------------------------------------------------------------------------------

  function make(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter(Boolean));
    return made;
  }

  function button(label, action, className = "vx-button") {
    return make("button", { type: "button", className, textContent: label, onclick: action });
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  }

  function view(title, ...children) {
    timers.forEach(clearTimeout);
    timers = [];
    const heading = make("h1", { textContent: title, tabIndex: -1 });
    const error = make("p", { className: "vx-sign-in__error", id: "sign-in-error" });
    error.setAttribute("role", "alert");
    box.replaceChildren(heading, ...children.filter(Boolean), error);
    return { heading, error };
  }

  function later(action, milliseconds) {
    timers.push(setTimeout(action, milliseconds));
  }

  // --- what is known -------------------------------------------------------------------------------

  function agent() {
    const { currentAgent, current_agent: snakeCased } = given.context.data;
    return currentAgent || snakeCased || {};
  }

  function claim() {
    const field = box.querySelector("input[type=email]");
    return {
      agent: Number.isInteger(agent().id) ? agent().id : null,
      email: field ? field.value.trim() : null,
      conversation: Number.isInteger(given.context.conversation) ? given.context.conversation : null,
    };
  }

  function may(method) {
    return given.problem.methods.includes(method) && (method === "mail" || Number.isInteger(given.context.conversation));
  }

  // --- the three views -----------------------------------------------------------------------------

  function choose(message) {
    const known = Number.isInteger(agent().id);
    const name = agent().name || agent().email;
    const email = known
      ? null
      : make(
          "label",
          { className: "vx-field" },
          make("span", { textContent: texts.email }),
          make("input", { type: "email", autocomplete: "email", required: true }),
        );
    const byMail = may("mail") && button(texts.send, () => begin("mail"), "vx-button vx-button--main");
    const byNote = may("note") && button(texts.note, () => begin("note"), byMail ? "vx-button vx-button--quiet" : "vx-button");
    const { heading, error } = view(
      texts.title,
      make("p", { textContent: message || (known && name ? fill(texts.as, { name }) : texts.why) }),
      email,
      byMail || null,
      byNote || null,
    );
    if (!byMail && !byNote) error.textContent = texts.noWay;
    if (email) {
      const field = email.querySelector("input");
      field.onkeydown = (event) => {
        if (event.key === "Enter") begin(may("mail") ? "mail" : "note");
      };
    }
    return heading;
  }

  async function begin(method) {
    const field = box.querySelector("input[type=email]");
    if (field && !field.reportValidity()) return;
    const mine = who;
    busy(true);
    const answer = await ask("sign-in/", { method, ...claim() });
    if (mine !== who) return;
    busy(false);
    if (!answer.ok) fail(answer);
    else if (method === "mail") enterCode(answer.body);
    else writeNote(answer.body);
  }

  function enterCode(challenge) {
    const input = make("input", {
      id: "sign-in-code",
      className: "vx-code",
      autocomplete: "one-time-code",
      autocapitalize: "characters",
      spellcheck: false,
      maxLength: 20,
    });
    input.setAttribute("aria-describedby", "sign-in-error");
    input.setAttribute("dir", "ltr");
    const submit = button(texts.enter, () => complete(challenge, input), "vx-button vx-button--main");
    const again = button(texts.again, () => begin("mail"), "vx-button vx-button--quiet");
    view(
      texts.codeTitle,
      make("p", { textContent: texts.sent }),
      make("label", { className: "vx-field", htmlFor: input.id }, make("span", { textContent: texts.code }), input),
      submit,
      again,
      may("note") && button(texts.note, () => begin("note"), "vx-button vx-button--quiet"),
    );
    input.oninput = () => {
      if (input.value.replace(/[\s-]/g, "").length === CODE_LENGTH) complete(challenge, input);
    };
    input.onkeydown = (event) => {
      if (event.key === "Enter") complete(challenge, input);
    };
    countDown(again, challenge.resend_in);
    later(() => choose(texts.expired), challenge.expires_in * 1000);
    input.focus({ preventScroll: true });
  }

  function countDown(again, seconds) {
    again.disabled = seconds > 0;
    again.textContent = seconds > 0 ? `${texts.again} (${seconds})` : texts.again;
    if (seconds > 0) later(() => countDown(again, seconds - 1), 1000);
  }

  async function complete(challenge, input) {
    if (!input.value.trim() || input.readOnly) return;
    const mine = who;
    input.readOnly = true;
    const answer = await ask(`sign-in/${challenge.challenge}/`, { secret: challenge.secret, code: input.value });
    if (mine !== who) return;
    input.readOnly = false;
    if (answer.ok) return given.done(answer.body);
    const { reason, tries_left: left } = answer.body;
    if (reason === "wrong_code") {
      input.setAttribute("aria-invalid", "true");
      say(fill(texts.wrong, { left }));
      input.select();
    } else if (reason === "used_up" || reason === "expired") choose(answer.body.detail).focus();
    else fail(answer);
  }

  // The agent leaves this tab to write the note, so it is looked for while the tab is hidden, too.
  function writeNote(challenge) {
    const note = fill(texts.noteText, { code: challenge.code });
    const copy = button(texts.copy, null);
    copy.dataset.copy = note;
    const { heading } = view(
      texts.noteTitle,
      make("p", { textContent: texts.noteWhat }),
      make("p", { className: "vx-sign-in__note", textContent: note, dir: "auto" }),
      copy,
      make("p", { textContent: texts.noteWaiting }),
      may("mail") && button(texts.mail, () => choose(), "vx-button vx-button--quiet"),
    );
    heading.focus({ preventScroll: true });
    const end = Date.now() + challenge.expires_in * 1000;
    const mine = who;
    const look = async () => {
      const answer = await ask(`sign-in/${challenge.challenge}/`, { secret: challenge.secret, code: null });
      if (mine !== who || !box.contains(heading)) return;
      if (answer.ok && answer.body.agent) return given.done(answer.body);
      if (Date.now() > end || answer.status === 401) return choose(answer.body.detail || texts.expired);
      if (answer.status === 429 || !answer.status) return later(look, LOOK_EVERY * 5);
      later(look, LOOK_EVERY);
    };
    later(look, LOOK_EVERY);
  }

  // --- talking -------------------------------------------------------------------------------------

  async function ask(path, body) {
    try {
      const { response, text } = await given.request(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return { ok: response.ok, status: response.status, body: text ? JSON.parse(text) : {} };
    } catch {
      return { ok: false, status: 0, body: {} };
    }
  }

  function fail({ body }) {
    say(body.detail || texts.unreachable);
  }

  function say(sentence) {
    const error = box.querySelector("#sign-in-error");
    error.textContent = "";
    error.textContent = sentence;
  }

  function busy(isBusy) {
    box.setAttribute("aria-busy", String(isBusy));
    box.querySelectorAll("button").forEach((one) => {
      one.disabled = isBusy;
    });
  }

  return {
    // Show the sign-in, or leave it as it is when it is there already for the same agent and conversation.
    show(into, what) {
      box = into;
      given = what;
      texts = what.texts;
      const next = JSON.stringify([what.problem.reason, agent().id, what.context.conversation, what.context.contact]);
      if (next === who && box.firstChild) return;
      who = next;
      choose(what.problem.reason === "no_session" ? "" : what.problem.detail);
    },
    // End whatever goes on.
    hide() {
      who = "";
      timers.forEach(clearTimeout);
      timers = [];
      if (box) box.replaceChildren();
    },
  };
})();
