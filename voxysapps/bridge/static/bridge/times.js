// Times in the agent's own zone and words. The server writes them in the account's zone; the host tells
// nobody which one the agent lives in, but the browser knows.
window.voxysTimes = (() => {
  "use strict";
  const OLD_AFTER_SECONDS = 10 * 60;
  const UNITS = [
    ["year", 31536000],
    ["month", 2592000],
    ["week", 604800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const { lang, dataset } = document.documentElement;
  const language = `${lang}-u-nu-latn`; // the digits the server writes, in Arabic too
  // Made when first needed: the first use of Intl costs a new process 15 ms, so before the first paint only what
  // cannot do without uses it.
  const lazy = (make) => {
    let made;
    return () => (made = made ?? make());
  };
  const relative = lazy(() => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
  const formats = {
    date: lazy(() => new Intl.DateTimeFormat(language, { dateStyle: "medium" })),
    datetime: lazy(() => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" })),
  };
  const zone = () => window.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isElsewhere = lazy(() => zone() !== dataset.zone);

  function ago(moment) {
    const seconds = (moment - Date.now()) / 1000;
    const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
    return unit ? relative().format(Math.round(seconds / unit[1]), unit[0]) : relative().format(0, "second");
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function writeRelative(element, moment) {
    write(element, ago(moment));
    element.title = formats.datetime().format(moment);
  }

  function localize(scope) {
    const elements = [...scope.querySelectorAll("time[data-format]")];
    elements.filter(isInSight).forEach(localizeOne);
    writeClocks(scope);
    ages(scope, markOld);
    window.voxysIdle(() => {
      elements.forEach(localizeOne);
      ages(scope, writeRelative); // the server has just written the same words
    });
  }

  function isInSight(element) {
    return !element.closest("details:not([open])") || Boolean(element.closest("summary"));
  }

  function localizeOne(element) {
    const moment = new Date(element.dateTime);
    const { format } = element.dataset;
    if (isNaN(moment)) return;
    if (format === "relative") writeRelative(element, moment);
    else if (formats[format] && element.dateTime.length > 10 && isElsewhere()) {
      write(element, formats[format]().format(moment));
      element.title = formats.datetime().format(moment);
    }
  }

  // What moves on while the page is open: the age of each section's data, and the customer's own time.
  function tick(scope) {
    ages(scope, markOld);
    ages(scope, writeRelative);
    writeClocks(scope);
  }

  function ages(scope, act) {
    scope.querySelectorAll("time[data-fetched-at]").forEach((element) => act(element, new Date(element.dataset.fetchedAt)));
  }

  function markOld(element, moment) {
    element.classList.toggle("vx-old", (Date.now() - moment) / 1000 > OLD_AFTER_SECONDS);
  }

  function writeClocks(scope) {
    scope.querySelectorAll("[data-clock]").forEach((element) => write(element, timeIn(element.dataset.clock)));
  }

  function timeIn(timeZone) {
    try {
      return new Date().toLocaleTimeString(lang, { timeStyle: "short", timeZone });
    } catch {
      return ""; // a zone this browser does not know
    }
  }

  return { localize, tick };
})();
