// Times in the agent's own zone and words. The server writes them in the account's zone; the host tells
// nobody which one the agent lives in, but the browser knows.
window.voxysTimes = (function () {
  "use strict";
  var root = document.documentElement;
  var language = root.lang;
  var OLD_AFTER = 10 * 60;
  var UNITS = [
    ["year", 31536000],
    ["month", 2592000],
    ["week", 604800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  var relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  var formats = {
    date: new Intl.DateTimeFormat(language, { dateStyle: "medium" }),
    datetime: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }),
  };
  var elsewhere = formats.date.resolvedOptions().timeZone !== root.dataset.zone;

  function ago(moment) {
    var seconds = (moment - Date.now()) / 1000;
    for (var index = 0; index < UNITS.length; index++) {
      if (Math.abs(seconds) >= UNITS[index][1]) {
        return relative.format(Math.round(seconds / UNITS[index][1]), UNITS[index][0]);
      }
    }
    return relative.format(0, "second");
  }

  function set(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function localize(scope) {
    scope.querySelectorAll("time[data-format]").forEach(function (element) {
      var moment = new Date(element.dateTime);
      if (isNaN(moment)) return;
      var format = element.dataset.format;
      if (format === "relative") {
        set(element, ago(moment));
        element.title = formats.datetime.format(moment);
      } else if (formats[format] && elsewhere && element.dateTime.length > 10) {
        set(element, formats[format].format(moment));
      }
    });
    tick(scope);
  }

  // The age of each section's data, kept current while the page is open.
  function tick(scope) {
    scope.querySelectorAll("time[data-fetched-at]").forEach(function (element) {
      var moment = new Date(element.dataset.fetchedAt);
      set(element, ago(moment));
      element.title = formats.datetime.format(moment);
      element.classList.toggle("vx-old", (Date.now() - moment) / 1000 > OLD_AFTER);
    });
  }

  return { localize: localize, tick: tick };
})();
