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

  function canBeClicked(body) {
    const { width, height } = body.getBoundingClientRect();
    // Where the browser is zoomed out, the server makes a pixel for each one of the page.
    const dots = Math.max(1, window.devicePixelRatio || 1);
    const isSize = (wide, high) => Math.abs(wide - width * dots) < ROUNDING && Math.abs(high - height * dots) < ROUNDING;
    const size = told.get(`view-${body.dataset.view}`);
    const picture = body.querySelector(".quiz-area img");
    return Boolean(size && picture) && isSize(size.w * size.p, size.h * size.p) && isSize(picture.naturalWidth, picture.naturalHeight);
  }

  // Seen as a pointer that waits, without the ring of the brush.
  function look(body) {
    body.setAttribute("aria-busy", String(!canBeClicked(body)));
  }

  // A picture has the size that its view had when it was made: until the next one is there it is not stretched.
  function fit(picture) {
    const dots = Math.max(1, window.devicePixelRatio || 1);
    for (const [side, size] of [["width", picture.naturalWidth], ["height", picture.naturalHeight]]) {
      // By itself a picture has its size at once, which what hears that it is loaded may give it a frame late.
      const css = dots === 1 ? "" : `${size / dots}px`;
      if (picture.style[side] !== css) picture.style[side] = css;
    }
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

  // trame's connection as the area of a view has it, which tells the server the size when it has measured it.
  function listeningTo(trame) {
    const session = trame.client.getConnection().getSession();
    function call(method, values, ...more) {
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

  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => look(entry.target)));

  window.QuizLoaderViews = {
    // Before whatever else listens to the pointer.
    listen() {
      window.addEventListener("pointerdown", press, true);
      window.addEventListener("pointermove", move, true);
      window.addEventListener("pointerup", release, true);
      window.addEventListener("dblclick", press, true);
    },
    directive: {
      mounted(body) {
        body.addEventListener("load", (event) => {
          fit(event.target);
          look(body);
        }, true);
        sizes.observe(body);
      },
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
