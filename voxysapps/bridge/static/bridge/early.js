// Runs before anything else of the frame. Old hosts send the context once, when the page has loaded,
// so the listener must be there first; newer ones answer a question asked this early before that.
(function () {
  "use strict";
  var early = (window.voxysEarly = { events: [], take: null });
  early.listener = function (event) {
    if (early.take) early.take(event);
    else early.events.push(event);
  };
  window.addEventListener("message", early.listener);

  // The mobile app shows the frame as the page itself and listens elsewhere.
  early.mobile = !!window.ReactNativeWebView && window.parent === window;
  early.ask = function () {
    var question = "chatwoot-dashboard-app:fetch-info"; // exactly this text; as JSON it is ignored
    if (early.mobile) window.ReactNativeWebView.postMessage(question);
    else if (window.parent !== window) window.parent.postMessage(question, "*");
  };
  early.ask();
})();
