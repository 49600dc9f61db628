/* Fingers on a view: one moves the image, or draws; two go through the slices, or zoom; one that rests first changes
   window and level; two taps make a view large. More than two do nothing more, and what is left of several does
   nothing until another one joins it. A mouse and a pen are told to the server as they are. */
(function () {
  "use strict";

  const REST_MS = 500;
  const STILL_PIXELS = 8;
  const PIXELS_A_SLICE = 14;
  const TAP_MS = 350;

  let use = null;
  let view = "";
  // "one" and "two" before it is known what they do, then "pan", "window", "zoom" or "slices"; else "".
  let kind = "";
  // When fingers came and moved, not when a busy browser got to it: a quick finger has not rested.
  let [cameAt, movedAt] = [0, 0];
  let start = null;
  let steps = 0;
  let pending = 0;
  let tapped = { at: 0, view: "" };
  // Of what the last press was.
  let isOfFingers = false;
  const fingers = new Map();

  const isFinger = (event) => event.pointerType === "touch";
  const bodyOf = (event) => event.target instanceof Element && event.target.closest("[data-view]");

  // The drawing tool, and a line that is being measured, have the first finger.
  function isTaken() {
    const { editor, lines } = window.trame.state.get();
    return Boolean(editor?.effect || lines?.measuring);
  }

  // Of one finger and itself there is no spread, and of the same pixel none that could grow.
  function places() {
    const [one, other = one] = fingers.values();
    const at = [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
    return { at, spread: Math.max(1, Math.hypot(one[0] - other[0], one[1] - other[1])) };
  }

  // The server is told one thing after the other, and what is moved until it has answered becomes one with it.
  const waiting = new Map();
  let isTelling = false;
  async function tell(tool, ...moved) {
    const name = `${tool} ${view}`;
    const before = waiting.get(name)?.slice(2) || [];
    waiting.set(name, [tool, view, ...moved.map((by, number) => by + (before[number] || 0))]);
    if (isTelling) return;
    isTelling = true;
    while (waiting.size) {
      const [[first, call]] = waiting;
      waiting.delete(first);
      try {
        await use(...call);
      } catch {
        // Where the connection is lost, the page says so.
      }
    }
    isTelling = false;
  }

  function down(event) {
    const body = isFinger(event) && bodyOf(event);
    isOfFingers = Boolean(body) && (fingers.size > 0 || !isTaken());
    if (!isOfFingers) return;
    stop(event);
    if (fingers.size === 0) view = body.dataset.view;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (fingers.size > 2) return;
    kind = fingers.size === 1 ? "one" : "two";
    start = places();
    steps = 0;
    cameAt = event.timeStamp;
  }

  function move(event) {
    if (!fingers.has(event.pointerId)) return;
    stop(event);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    movedAt = event.timeStamp;
    // Each finger has an event of its own: what they do together is seen when all have come.
    if (!pending) pending = requestAnimationFrame(act);
  }

  function act() {
    cancelAnimationFrame(pending);
    pending = 0;
    const body = kind && document.querySelector(`[data-view="${view}"]`)?.getBoundingClientRect();
    if (!body) return;
    const now = places();
    const [right, down_] = [now.at[0] - start.at[0], now.at[1] - start.at[1]];
    if (kind === "one" && Math.hypot(right, down_) < STILL_PIXELS) return;
    if (kind === "one") kind = movedAt - cameAt < REST_MS ? "pan" : "window";
    if (kind === "two") kind = twoFingers(now, down_);
    // A step is a twentieth of the view, as with the keys.
    if (kind === "window") tell("window_level", right / 30, -down_ / 10);
    else if (kind === "pan") tell("pan", (20 * right) / body.width, (-20 * down_) / body.height);
    else if (kind === "zoom") tell("zoom", zoomed(now));
    else if (kind === "slices") goThroughSlices(down_);
    if (!["slices", "two"].includes(kind)) start = now;
  }

  // In steps of the keys.
  const zoomed = (now) => Math.log(now.spread / start.spread) / Math.log(1.2);

  function twoFingers(now, down_) {
    if (Math.abs(zoomed(now)) > 0.5) return "zoom";
    return Math.abs(down_) > PIXELS_A_SLICE ? "slices" : "two";
  }

  function goThroughSlices(down_) {
    const by = Math.trunc(-down_ / PIXELS_A_SLICE) - steps;
    steps += by;
    if (by) tell("slice", by);
  }

  function up(event) {
    if (!fingers.has(event.pointerId)) return;
    stop(event);
    if (pending) act();
    fingers.delete(event.pointerId);
    if (kind === "one" && event.type === "pointerup" && event.timeStamp - cameAt < REST_MS) tap(event.timeStamp);
    kind = "";
  }

  function tap(time) {
    if (time - tapped.at < TAP_MS && tapped.view === view) {
      use("enlarge", view);
      tapped = { at: 0, view: "" };
    } else tapped = { at: time, view };
  }

  // Most browsers make a double click of two taps, too.
  function doubleClick(event) {
    if (isOfFingers) stop(event);
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  window.QuizLoaderTouch = {
    isTouched: window.matchMedia?.("(pointer: coarse)").matches || false,
    listen(useTool) {
      use = useTool;
      window.addEventListener("pointerdown", down, true);
      window.addEventListener("pointermove", move, true);
      for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, up, true);
      window.addEventListener("dblclick", doubleClick, true);
    },
  };
})();
