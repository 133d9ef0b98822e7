// Plays the host's mobile app around a frame's document: defines the app's channel to the page, and injects
// what the window that opened this one answers. Runs before every script of the document itself.
(() => {
  const app = window.opener;
  const hostOrigin = document.currentScript.dataset.hostOrigin;
  const tell = (body) => app?.postMessage({ phone: body }, hostOrigin);

  window.ReactNativeWebView = { postMessage: (data) => tell({ posted: String(data) }) };

  window.addEventListener('message', (event) => {
    if (!app || event.source !== app || event.origin !== hostOrigin) return;
    // The page must never see what the opener says: on a phone there is none.
    event.stopImmediatePropagation();
    window.postMessage(event.data.inject);
  });
  window.addEventListener('load', () => tell({ loaded: true }));
})();
