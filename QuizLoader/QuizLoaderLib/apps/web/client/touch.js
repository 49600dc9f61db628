/* Fingers on a view: one moves the image, or draws; two go through the slices, or zoom; one that rests first changes
   window and level; two taps make a view large. A mouse and a pen are told to the server as they are. */
(function () {
  "use strict";

  const REST_MS = 500;
  const STILL_PIXELS = 8;
  const PIXELS_A_SLICE = 14;
  const TAP_MS = 350;

  let use = null;
  let view = "";
  let kind = "";
  let resting = null;
  let start = null;
  let rest = 0;
  let tapped = { at: 0, view: "" };
  const fingers = new Map();

  const isFinger = (event) => event.pointerType === "touch";
  const bodyOf = (event) => event.target instanceof Element && event.target.closest("[data-view]");

  // The drawing tool, and a line that is being measured, have the first finger.
  function isTaken() {
    const { editor, lines } = window.trame.state.get();
    return Boolean(editor?.effect || lines?.measuring);
  }

  const middle = () => [...fingers.values()].reduce(([x, y], at) => [x + at[0] / fingers.size, y + at[1] / fingers.size], [0, 0]);

  function spread() {
    const [one, other] = [...fingers.values()];
    return Math.hypot(one[0] - other[0], one[1] - other[1]);
  }

  function begin() {
    clearTimeout(resting);
    start = { at: middle(), spread: fingers.size === 2 ? spread() : 0 };
    rest = 0;
  }

  function down(event) {
    const body = isFinger(event) && bodyOf(event);
    if (!body || (fingers.size === 0 && isTaken())) return;
    stop(event);
    if (fingers.size === 0) view = body.dataset.view;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    kind = fingers.size === 1 ? "one" : "two";
    begin();
    if (kind === "one") resting = setTimeout(() => (kind = "window"), REST_MS);
  }

  function move(event) {
    if (!fingers.has(event.pointerId)) return;
    stop(event);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const [x, y] = middle();
    const [right, down_] = [x - start.at[0], y - start.at[1]];
    const body = document.querySelector(`[data-view="${view}"]`)?.getBoundingClientRect();
    if (!body || (kind === "one" && Math.hypot(right, down_) < STILL_PIXELS)) return;
    clearTimeout(resting);
    // A step is a twentieth of the view, as with the keys.
    if (kind === "window") use("window_level", view, right / 30, -down_ / 10);
    else if (kind === "one" || kind === "pan") {
      kind = "pan";
      use("pan", view, (20 * right) / body.width, (-20 * down_) / body.height);
    } else twoFingers(down_);
    if (kind !== "slices" && kind !== "two") start.at = [x, y];
  }

  function twoFingers(down_) {
    const zoomed = Math.log(spread() / start.spread) / Math.log(1.2);
    if (kind === "two" && Math.abs(zoomed) > 0.5) kind = "zoom";
    else if (kind === "two" && Math.abs(down_) > PIXELS_A_SLICE) kind = "slices";
    if (kind === "zoom") {
      use("zoom", view, zoomed);
      start.spread = spread();
    } else if (kind === "slices") {
      const steps = Math.trunc(-down_ / PIXELS_A_SLICE) - rest;
      rest += steps;
      if (steps) use("slice", view, steps);
    }
  }

  function up(event) {
    if (!fingers.delete(event.pointerId)) return;
    stop(event);
    clearTimeout(resting);
    if (kind === "one" && event.type === "pointerup") tap(event.timeStamp);
    kind = "";
    if (fingers.size) begin();
  }

  function tap(time) {
    if (time - tapped.at < TAP_MS && tapped.view === view) {
      use("enlarge", view);
      tapped = { at: 0, view: "" };
    } else tapped = { at: time, view };
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
    },
  };
})();
