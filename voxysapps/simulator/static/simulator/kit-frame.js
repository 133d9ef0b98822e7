// What the bridge does for panels in the host, as far as examples need it.
(() => {
  window.voxysTimes.localize(document);
  document.addEventListener('htmx:afterSwap', ({ target }) => window.voxysTimes.localize(target));
  document.addEventListener('htmx:configRequest', ({ detail }) => {
    detail.parameters.set('lang', document.documentElement.lang);
  });
  // The frame's policy sends no form; nor would a panel's.
  document.addEventListener('submit', (event) => event.preventDefault());
})();
