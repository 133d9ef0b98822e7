// Runs before anything else of the frame. Old hosts send the context once, when the page has loaded,
// so the listener must be there first; newer ones answer a question asked this early before that.
(() => {
  "use strict";
  const QUESTION = "chatwoot-dashboard-app:fetch-info"; // exactly this text; as JSON it is ignored

  const early = {
    // What comes before the bridge is there; later it takes the messages itself.
    events: [],
    take: null,
    // The mobile app shows the frame as the page itself and listens elsewhere.
    mobile: Boolean(window.ReactNativeWebView) && window.parent === window,
    ask() {
      if (early.mobile) window.ReactNativeWebView.postMessage(QUESTION);
      else if (window.parent !== window) window.parent.postMessage(QUESTION, "*");
    },
  };
  window.voxysEarly = early;
  // For whatever may wait until something has been painted; not for long, however busy the machine is.
  const whenIdle = window.requestIdleCallback ? (act) => requestIdleCallback(act, { timeout: 250 }) : setTimeout;
  window.voxysIdle = (act) => requestAnimationFrame(() => whenIdle(act));
  window.addEventListener("message", (event) => {
    if (early.take) early.take(event);
    else early.events.push(event);
  });
  early.ask();
})();
