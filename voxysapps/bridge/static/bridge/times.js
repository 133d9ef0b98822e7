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
  // Made when first needed: each costs a millisecond before the first paint.
  const lazy = (make) => {
    let made;
    return () => (made = made || make());
  };
  const relative = lazy(() => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" }));
  const formats = {
    date: lazy(() => new Intl.DateTimeFormat(language, { dateStyle: "medium" })),
    datetime: lazy(() => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" })),
  };
  const isElsewhere = Intl.DateTimeFormat().resolvedOptions().timeZone !== dataset.zone;

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
    scope.querySelectorAll("time[data-format]").forEach((element) => {
      const moment = new Date(element.dateTime);
      const { format } = element.dataset;
      if (isNaN(moment)) return;
      if (format === "relative") writeRelative(element, moment);
      else if (isElsewhere && formats[format] && element.dateTime.length > 10) {
        write(element, formats[format]().format(moment));
        element.title = formats.datetime().format(moment);
      }
    });
    tick(scope);
  }

  // What moves on while the page is open: the age of each section's data, and the customer's own time.
  function tick(scope) {
    scope.querySelectorAll("time[data-fetched-at]").forEach((element) => {
      const moment = new Date(element.dataset.fetchedAt);
      writeRelative(element, moment);
      element.classList.toggle("vx-old", (Date.now() - moment) / 1000 > OLD_AFTER_SECONDS);
    });
    scope.querySelectorAll("[data-clock]").forEach((element) => {
      write(element, timeIn(element.dataset.clock));
    });
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
