/* What is typed beside an arrow: it shows while the page is shown anew, and is kept in this window until the server has
   it, as answers are. */
(function () {
  "use strict";

  const KEPT = `quizloader-texts ${window.location.pathname}`;
  const kept = new Map(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
  const shown = Vue.reactive(Object.fromEntries([...kept].map(([name, { text }]) => [name, text])));
  const TOO_LATE = "The quiz has moved on, so this text came too late and was not saved:";
  let tell = null;
  let refuse = null;

  const remember = () => sessionStorage.setItem(KEPT, JSON.stringify([...kept]));
  const nameOf = (place, number) => `${place} ${number}`;

  async function send(name) {
    const item = kept.get(name);
    const asked = window.trame.state.get("asked");
    if (!asked) return;
    // Another page may be shown since: there is nowhere to write it any more.
    const refusal = item.place === asked.place ? await tell("write", item.number, item.text) : TOO_LATE;
    if (kept.get(name) !== item) return;
    kept.delete(name);
    remember();
    if (!refusal) return;
    delete shown[name];
    refuse(`${refusal} ${item.text}`);
  }

  window.QuizLoaderTexts = {
    // ``measureBy`` tells the server, ``refused`` the reader what was not saved.
    listen(measureBy, refused) {
      [tell, refuse] = [measureBy, refused];
    },
    written: (asked, mark) => shown[nameOf(asked?.place, mark.number)] ?? mark.text,
    write({ place }, { number }, text) {
      const name = nameOf(place, number);
      shown[name] = text;
      kept.set(name, { place, number, text });
      remember();
      return send(name);
    },
    // The connection is back, or the window was loaded again.
    sendAll: () => Promise.all([...kept.keys()].map(send)),
  };
})();
