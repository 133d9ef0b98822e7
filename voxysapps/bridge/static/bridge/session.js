// The agent's session: where its token is kept, and how the other tabs hear of it.
//
// In the frame's own storage, which the browser keeps apart for each host. Where that is refused, in a
// cookie that only the server can read. What goes from tab to tab is that somebody signed in or out,
// never a token and never a context: a broadcast reaches other windows of the host, too.
window.voxysSession = (() => {
  "use strict";
  const account = document.documentElement.dataset.account;
  const KEY = `voxys.session.${account}`;
  let kept = null; // {token, name}
  let inCookie = false;
  let channel = null;
  let heard = () => {};

  function read() {
    try {
      kept = JSON.parse(localStorage.getItem(KEY));
    } catch {
      inCookie = true;
    }
  }

  function write() {
    try {
      if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch {
      inCookie = true;
    }
  }

  function tell(signed) {
    if (channel) channel.postMessage({ signed, account });
  }

  read();
  try {
    channel = new BroadcastChannel("voxys");
    channel.onmessage = ({ data }) => {
      if (!data || data.account !== account) return;
      if (!inCookie) read();
      heard(data.signed);
    };
  } catch {
    // without storage there may be no channels either: each tab asks for itself
  }

  return {
    headers: () => (inCookie ? { "X-Voxys-Session": "cookie" } : kept ? { Authorization: `Bearer ${kept.token}` } : {}),
    credentials: () => (inCookie ? "same-origin" : "omit"),
    name: () => (kept ? kept.name : ""),
    isKept: () => Boolean(kept) || inCookie,
    inCookie: () => inCookie,
    keep(token, name) {
      if (token) kept = { token, name };
      write();
      tell("in");
    },
    // What the server does not know any longer, unless another tab has signed in anew meanwhile.
    forget(token) {
      read();
      if (kept && `Bearer ${kept.token}` !== token) return;
      kept = null;
      write();
    },
    out() {
      kept = null;
      write();
      tell("out");
    },
    onChange(listener) {
      heard = listener;
    },
  };
})();
