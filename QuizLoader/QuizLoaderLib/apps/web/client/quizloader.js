/* What the client does by itself: it keeps what is typed until the server has it, knows its own window, and
   comes back after the connection was lost. */
(function () {
  "use strict";

  const UNSENT = "quizloader-unsent";
  const TAB = "quizloader-tab";
  const SEEN = "quizloader-hints-seen";
  const TYPING_PAUSE_MS = 400;
  const TYPING_MOST_MS = 1000;
  const LIFE_MS = 4000;
  // Under a limit of time, which the server ends when it hears that this window lives.
  const LIFE_LIMITED_MS = 500;
  const RETRY_MS = 1000;
  const TOUCH_MS = 1000;

  // Where the WebSocket is, so that trame does not look for a launcher first.
  const here = new URL("ws", document.baseURI);
  here.protocol = here.protocol === "https:" ? "wss:" : "ws:";
  const asked = new URLSearchParams({ sessionURL: here.href, wsProxy: "own", remove: "wsProxy" });
  history.replaceState(null, "", `?${asked}`);
  // It reads addresses in lower case, and wslink each message as two blobs, which are in another process: that takes
  // as long as to draw a picture.
  class Socket extends WebSocket {
    set binaryType(_kind) {
      super.binaryType = "arraybuffer";
    }
    set onmessage(hear) {
      super.onmessage = ({ data }) => hear({ data: { slice: (...range) => ({ arrayBuffer: async () => data.slice(...range) }) } });
    }
  }
  window.WSLINK = { createWebSocket: () => new Socket(here) };

  // A reloaded window keeps its name; a copy of a window finds none, for it is put away only on leaving.
  const tab = sessionStorage.getItem(TAB) || crypto.getRandomValues(new Uint32Array(2)).join("-");
  sessionStorage.removeItem(TAB);
  window.addEventListener("pagehide", () => sessionStorage.setItem(TAB, tab));

  const client = Vue.reactive({ unsent: 0, refused: [], helps: false, renames: false, filter: "", smallest: null, other: "", isAway: false, hints: !window.localStorage.getItem(SEEN) });
  const unsent = new Map(JSON.parse(sessionStorage.getItem(UNSENT) || "[]"));
  let typing = null;
  // Since when there is something that was typed and not sent.
  let typedSince = 0;
  // Before the server knows this window, it takes no answer from it.
  let arrival = Promise.resolve();

  function remember() {
    sessionStorage.setItem(UNSENT, JSON.stringify([...unsent]));
    client.unsent = unsent.size;
  }

  function trigger(name, ...values) {
    return window.trame.trigger(name, [tab, ...values]);
  }

  // Done when the server has everything that was answered up to now.
  async function send() {
    clearTimeout(typing);
    typing = null;
    await arrival;
    await Promise.all([...unsent].map(([name, item]) => sendOne(name, item)));
  }

  async function sendOne(name, item) {
    const refusal = await trigger("answer", item.place, item.set, item.number, item.texts);
    if (refusal) client.refused.push(`${refusal} ${item.texts.join(", ")}`);
    if (unsent.get(name) === item) {
      unsent.delete(name);
      remember();
    }
  }

  function answer(asked, question, texts, isTyped) {
    done += 1;
    window.trame.state.get("given")[question.key] = texts;
    unsent.set(`${asked.place} ${question.key}`, {
      place: asked.place,
      set: question.set,
      number: question.number,
      texts,
    });
    remember();
    const now = performance.now();
    if (typing === null) typedSince = now;
    clearTimeout(typing);
    // What is typed in the last seconds waits for no pause, and who types without one is not kept waiting.
    const isPatient = isTyped && !window.trame.state.get("time").is_short;
    const pause = isPatient ? Math.min(TYPING_PAUSE_MS, Math.max(0, typedSince + TYPING_MOST_MS - now)) : 0;
    typing = setTimeout(() => send().catch(() => {}), pause);
  }

  // How many letters a field still takes; a decimal comma is read as a point, and the number is shown as it is
  // understood.
  function hint(question, text) {
    if (question.max_length) {
      const left = Math.max(0, question.max_length - text.length);
      return `${left || "no"} letter${left === 1 ? "" : "s"} left`;
    }
    const isComma = question.takes_comma && /^\s*[+-]?\d*,\d*\s*$/.test(text);
    return isComma ? `${question.range ? `${question.range}; ` : ""}read as ${text.trim().replace(",", ".")}` : question.range;
  }

  function withText(texts, index, text) {
    return texts.map((each, number) => (number === index ? text : each));
  }

  // The options of a ranking as they stand: as the reader put them, else as they were drawn.
  function ranking(question, given) {
    return given[0] ? [...question.order].sort((one, other) => given[one] - given[other]) : question.order;
  }

  // Put one of them at another place; the button that did it stays in hand.
  function rank(event, asked, question, from, to) {
    const order = [...ranking(question, window.trame.state.get("given")[question.key])];
    if (to < 0 || to >= order.length) return;
    order.splice(to, 0, ...order.splice(from, 1));
    answer(asked, question, question.options.map((_, option) => String(order.indexOf(option) + 1)), false);
    const button = event.currentTarget;
    Vue.nextTick(() => button.focus?.({ preventScroll: true }));
  }

  const RANKED = "application/x-quizloader-ranked";
  function grab(event, question, place) {
    event.dataTransfer.setData(RANKED, JSON.stringify([question.key, place]));
  }

  function drop(event, asked, question, to) {
    const [key, from] = JSON.parse(event.dataTransfer.getData(RANKED) || "[]");
    if (key === question.key) rank(event, asked, question, from, to);
  }

  // trame does not keep the order of what it sends, so a step waits for the answers before it.
  let before = Promise.resolve();
  function toServer(name, ...values) {
    const asked = before.catch(() => {}).then(send).then(() => trigger(name, ...values));
    before = asked;
    return asked;
  }

  // What the reader did besides steps; a step that is asked for again while it is under way, with nothing done since,
  // is the same: else those that wait would lead on as soon as an answer is there.
  let done = 0;
  let underWay = "";

  // To another place, or to the first question that keeps the reader here.
  async function step(what, ...values) {
    const { asked, has_images: hasImages } = window.trame.state.get();
    if (client.hints && hasImages) seeHints();
    const name = JSON.stringify([what, asked?.serial, values, done]);
    if (!asked || name === underWay) return;
    underWay = name;
    const question = await toServer(what, asked.serial, ...values).finally(() => {
      if (underWay === name) underWay = "";
    });
    if (question) lead(question);
    // What was right is told from the first question on.
    else document.querySelector(".quiz-scroll")?.scrollTo(0, 0);
  }

  function lead(question) {
    const found = question && document.querySelector(`[data-testid="question-${question}"]`);
    if (found) leadTo(found);
  }

  function leadTo(found) {
    found.scrollIntoView({ block: "center" });
    (found.matches("input") ? found : found.querySelector("input, textarea, button"))?.focus({ preventScroll: true });
  }

  // One slice after the other, and of many the last.
  const scrubbed = new Map();
  async function scrub(view, number) {
    const isUnderWay = scrubbed.size > 0;
    scrubbed.set(view, number);
    if (isUnderWay) return;
    try {
      while (scrubbed.size) {
        const [[name, last]] = scrubbed;
        await use("show_slice", name, last);
        if (scrubbed.get(name) === last) scrubbed.delete(name);
      }
    } finally {
      scrubbed.clear();
    }
  }

  function seeHints() {
    window.localStorage.setItem(SEEN, "1");
    client.hints = false;
  }

  // A tool of the views, by a button or a shortcut.
  function use(tool, ...values) {
    const { asked, tools, lines, marks, measures } = window.trame.state.get();
    if (tool !== "step") done += 1;
    if (tool === "help") client.helps = !client.helps;
    else if (tool === "choose" && asked) toServer("choose", asked.serial, values[0]);
    else if (tool === "draw" && values[0] === "put_down" && lines?.measuring) measure("measure");
    else if (tool === "draw" && values[0] === "put_down" && Object.values(marks).some((each) => each.placing)) mark("put_down");
    else if (tool === "draw" && values[0] === "put_down" && measures["0/0"]?.placing) measureBy("put_down");
    else if (tool === "draw") draw(...values);
    else if (tool === "measure") measure("measure");
    else if (tool === "next_measure") measureBy("take_next");
    else if (tool === "step") stepByShortcut(asked, values[0]);
    else if (tools) {
      if (tool === "slice") window.QuizLoaderPictures.step(...values);
      return trigger("use", tool, ...values);
    }
    return null;
  }

  // A tool of the segment editor, and one for lines.
  function draw(tool, ...values) {
    if (window.trame.state.get("editor")) trigger("use_editor", tool, ...values);
  }

  // Vue gives a field its value again whenever anything of the page changes, so what is typed is remembered.
  function removeSmallIslands(editor) {
    draw("remove_small_islands", client.smallest ?? editor.smallest_island);
    client.smallest = null;
  }

  function dose(what, ...values) {
    return trigger("use_dose", what, ...values);
  }

  function measure(what, ...values) {
    if (window.trame.state.get("lines")) trigger("use_lines", what, ...values);
  }

  // A mark of a question, and its tools.
  const mark = (what, ...values) => toServer("use_marks", "marks", what, ...values);

  // Of what is measured besides lines, which every page with images has in the same place.
  const measureBy = (what, ...values) => toServer("use_marks", "measures", what, "0/0", ...values);

  function stepByShortcut(asked, name) {
    if (name === "next" && asked?.can_finish) step("ask_to_finish", true);
    else if (asked && (name === "next" ? asked.can_go_on : asked.can_go_back)) step("step", name);
  }

  // What was typed before the client was loaded again shows again.
  function showUnsent() {
    const { asked, given } = window.trame.state.get();
    for (const item of unsent.values()) {
      if (asked && item.place === asked.place) given[`${item.set}/${item.number}`] = item.texts;
    }
  }

  function connected() {
    window.QuizLoaderPictures.connected();
    showUnsent();
    window.trame.state.addListener(({ type, keys }) => {
      if (type === "dirty-state" && keys.includes("given")) showUnsent();
      if (type === "dirty-state" && keys.includes("editor")) window.QuizLoaderDrawing.drawn();
      if (type === "dirty-state" && keys.includes("time") && window.trame.state.get("time").is_covered) window.QuizLoaderPictures.clear();
    });
    arrival = trigger("arrive");
    arrival.then(tellPresence).then(send).then(window.QuizLoaderTexts.sendAll).catch(() => {});
  }

  // Reading time is that of a reader who sees the page; a server that is gone learns it later.
  async function tellPresence() {
    const isHidden = document.hidden;
    if (isHidden) client.isAway = true;
    await trigger("be_there", !isHidden);
    client.isAway = isHidden;
  }

  function isLimited() {
    return Boolean(window.trame?.state?.get("time")?.is_limited);
  }

  // The server says so, or cannot be heard saying so, or has not heard yet that the reader is back.
  function isCovered(time) {
    return time.is_covered || (time.is_limited && (window.QuizLoaderPictures.client.isSilent || client.isAway));
  }

  let touchedAt = 0;
  function touch() {
    const now = performance.now();
    if (now - touchedAt < TOUCH_MS || !window.trame?.client?.isConnected()) return;
    touchedAt = now;
    trigger("touch").catch(() => {});
  }

  // The server learns that this window lives.
  async function live() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, isLimited() ? LIFE_LIMITED_MS : LIFE_MS));
      if (window.trame?.client?.isConnected()) await trigger("alive").catch(() => {});
    }
  }

  // As many pixels of the browser as make a whole number of the screen's.
  function setStep() {
    const dots = window.devicePixelRatio || 1;
    const isWhole = (step) => Math.abs(step * dots - Math.round(step * dots)) < 1e-6;
    const step = [...Array(20).keys()].map((number) => number + 1).find(isWhole) || 1;
    document.documentElement.style.setProperty("--step", `${step}px`);
  }

  const isCutOff = () => window.QuizLoaderPictures.client.isSilent || !window.trame?.client?.isConnected();
  // What this window loads again by itself finds what it kept.
  let comesBack = false;

  const Lost = {
    template: `<div class="quiz-wait" role="alert" data-testid="lost">
      <p>{{ words || "The connection to the quiz was lost. It is tried again every second." }}</p>
      <p v-if="client.unsent">What was answered last is kept in this window until the connection is back. Do not close it.</p>
      <p v-else>All answers up to here are saved.</p></div>`,
    data: () => ({ words: "", client }),
    mounted() {
      const again = setInterval(async () => {
        const reply = await fetch("index.html").catch(() => null);
        if (reply?.ok) {
          clearInterval(again);
          comesBack = true;
          window.location.reload();
        } else if (reply?.headers.get("Content-Type")?.startsWith("text/plain")) {
          // A server of many readers says why.
          this.words = await reply.text();
        }
      }, RETRY_MS);
    },
  };

  window.QuizLoader = {
    client,
    install(app) {
      const shortcuts = window.QuizLoaderShortcuts;
      const pictures = window.QuizLoaderPictures;
      window.QuizLoaderTouch.listen(use);
      window.QuizLoaderTexts.listen(measureBy, (text) => client.refused.push(text));
      window.QuizLoaderViews.listen();
      pictures.listen((view) => {
        window.QuizLoaderViews.shown(view);
        window.QuizLoaderDrawing.shown(view);
      });
      window.QuizLoaderMagnifier.listen(use);
      shortcuts.listen(use);
      window.QuizLoaderDrawing.listen(use);
      app.component("quiz-lost", Lost);
      app.config.globalProperties.quizloader = {
        ...shortcuts, ...window.QuizLoaderDrawing, ...window.QuizLoaderParts, ...window.QuizLoaderTexts, isTouched: window.QuizLoaderTouch.isTouched,
        link: pictures.client, tab, client, answer, hint, withText, ranking, rank, grab, drop, isCovered, toServer, step, lead, scrub, seeHints, use,
        draw, removeSmallIslands, measure, mark, measureBy, dose,
      };
      app.component("quiz-tool", window.QuizLoaderParts.tool);
      // A screen reader begins at the title of each new place.
      app.directive("quiz-focus", { mounted: (element) => element.focus({ preventScroll: true }) });
      // The form of a mark comes with it.
      app.directive("quiz-lead", {
        mounted: (element, { value }) => value && leadTo(element),
        updated: (element, { value, oldValue }) => value && !oldValue && leadTo(element),
      });
      app.component("quiz-image", pictures.component);
      app.component("quiz-picture", window.QuizLoaderViews.component);
      app.directive("quiz-picture", window.QuizLoaderViews.directive);
      let before = null;
      Vue.watch(() => client.helps, (helps) => {
        if (helps) before = document.activeElement;
        else before?.focus({ preventScroll: true });
      }, { flush: "post" });
      window.trame.addConnectListener(connected);
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) send().catch(() => {});
        tellPresence().catch(() => {});
      });
      for (const name of ["pointerdown", "pointermove", "wheel", "keydown", "touchstart", "touchmove"]) {
        window.addEventListener(name, touch, { capture: true, passive: true });
      }
      window.addEventListener("pointerdown", ({ target }) => { done += !target.closest(".quiz-buttons"); }, true);
      live();
    },
  };
  client.unsent = unsent.size;
  // The window may be closed before the pause in typing is over. The browser sends this when it is gone.
  window.addEventListener("pagehide", () => {
    if (unsent.size) navigator.sendBeacon("unsent", JSON.stringify([...unsent.values()]));
  });
  // Without a connection it does not get through.
  window.addEventListener("beforeunload", (event) => {
    if (unsent.size && !comesBack && isCutOff()) event.preventDefault();
  });
  setStep();
  window.addEventListener("resize", setStep);
})();
