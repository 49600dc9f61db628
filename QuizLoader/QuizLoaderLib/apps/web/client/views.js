/* A view can be clicked while the server knows its size and its picture has it: else a place under the pointer is
   none on the slice, and what is drawn there would be somewhere else. */
(function () {
  "use strict";

  // What sizes may differ by, in pixels, where they are rounded.
  const ROUNDING = 2;
  // What the server was told last of each view; what it is told afterwards of the pointer is meant in that size.
  const told = new Map();
  let isRefused = false;

  function bodyOf(event) {
    return event.target instanceof Element && event.target.closest("[data-view]");
  }

  // What the browser has measured of each view by itself: to ask for it after each picture would have it lay out
  // the page each time.
  const measured = new WeakMap();

  function canBeClicked(body, { width, height } = body.getBoundingClientRect()) {
    // Where the browser is zoomed out, the server makes a pixel for each one of the page.
    const dots = Math.max(1, window.devicePixelRatio || 1);
    const isSize = (wide, high) => Math.abs(wide - width * dots) < ROUNDING && Math.abs(high - height * dots) < ROUNDING;
    const size = told.get(`view-${body.dataset.view}`);
    const picture = body.querySelector(".quiz-area img");
    return Boolean(size && picture) && isSize(size.w * size.p, size.h * size.p) && isSize(...picture.size);
  }

  // Seen as a pointer that waits, without the ring of the brush.
  function look(body) {
    const isBusy = String(!canBeClicked(body, measured.get(body)));
    if (body.getAttribute("aria-busy") !== isBusy) body.setAttribute("aria-busy", isBusy);
  }

  function press(event) {
    const body = bodyOf(event);
    isRefused = Boolean(body) && !canBeClicked(body);
    refuse(event);
  }

  // A press that was refused does not begin later, on the way of the pointer.
  function move(event) {
    if (!event.buttons) isRefused = false;
    refuse(event);
  }

  function release(event) {
    refuse(event);
    isRefused = false;
  }

  function refuse(event) {
    if (isRefused) event.stopImmediatePropagation();
  }

  // What the server has not answered yet of what may wait, and what waits until it does. As many are under way as the
  // quickest answer takes pictures: more would take the time in which pictures are made and drawn.
  const MOST_UNANSWERED = 4;
  const PICTURE_MS = 25;
  let unanswered = 0;
  let quickestMs = Infinity;
  const waiting = [];
  const mayTell = () => unanswered < Math.min(MOST_UNANSWERED, 1 + Math.floor(quickestMs / PICTURE_MS));

  // A turn of the wheel or a move that waits becomes one with what follows. Whatever else is done, and a move that
  // draws, is told at once, after what waits.
  function tell(call, values) {
    const event = values[2];
    if (event.type === "MouseWheel" && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      window.QuizLoaderPictures.step(values[0].replace("view-", ""), event.spinY < 0 ? 1 : -1);
    }
    const isHeld = event.buttonLeft || event.buttonMiddle || event.buttonRight;
    const mayWait = event.type === "MouseWheel" || (event.type === "MouseMove" && !isHeld);
    if (!mayWait) while (waiting.length) send(call, waiting.shift(), true);
    if (!mayWait || mayTell()) return send(call, values, mayWait);
    const last = waiting.at(-1);
    const isSame = last && last[0] === values[0] && last[2].type === event.type && !(last[2].spinY * event.spinY < 0);
    const steps = event.type === "MouseWheel" && isSame ? { steps: (last[2].steps ?? 1) + 1 } : {};
    waiting.splice(isSame ? -1 : waiting.length, 1, [...values.slice(0, 2), { ...event, ...steps }]);
  }

  function send(call, values, mayWait) {
    const from = performance.now();
    unanswered += mayWait;
    call("trame.rca.event", values).catch(() => {}).then(() => {
      unanswered -= mayWait;
      quickestMs = Math.min(quickestMs, performance.now() - from);
      if (waiting.length && mayTell()) send(call, waiting.shift(), true);
    });
  }

  // trame's connection as the area of a view has it, which tells the server the size when it has measured it. The
  // area would wait for each answer before it tells of the next move.
  function listeningTo(trame) {
    const session = trame.client.getConnection().getSession();
    function call(method, values, ...more) {
      if (method === "trame.rca.event") {
        tell(session.call, values);
        return Promise.resolve();
      }
      if (method === "trame.rca.size") {
        const [area, , size] = values;
        told.set(area, { ...size });
        document.querySelectorAll("[data-view]").forEach(look);
      }
      return session.call(method, values, ...more);
    }
    const connection = { getSession: () => ({ ...session, call }) };
    return { ...trame, client: { ...trame.client, getConnection: () => connection } };
  }

  const sizes = new ResizeObserver((entries) => entries.forEach(({ target, contentRect }) => {
    measured.set(target, contentRect);
    look(target);
  }));

  window.QuizLoaderViews = {
    // Before whatever else listens to the pointer.
    listen() {
      window.addEventListener("pointerdown", press, true);
      window.addEventListener("pointermove", move, true);
      window.addEventListener("pointerup", release, true);
      window.addEventListener("dblclick", press, true);
    },
    // Another picture of a view is there.
    shown(view) {
      const body = document.querySelector(`[data-view="${view}"]`);
      if (body) look(body);
    },
    directive: {
      mounted: (body) => sizes.observe(body),
      unmounted: (body) => sizes.unobserve(body),
    },
    // Around an area.
    component: {
      inject: ["trame"],
      provide() {
        return { trame: listeningTo(this.trame) };
      },
      template: "<slot></slot>",
    },
  };
})();
