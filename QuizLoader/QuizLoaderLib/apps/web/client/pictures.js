/* The pictures of the views: put together from their parts, shown as soon as the browser has decoded them, and
   acknowledged, so that the server knows what has come. */
(function () {
  "use strict";

  const TOPIC = "quizloader.pictures";
  const SILENCE_MS = 3000;
  const bodies = new Map();
  const parts = new Map();
  const newest = new Map();
  const client = Vue.reactive({ isSilent: false, reduced: {} });
  let heardAt = performance.now();
  let acknowledge = () => {};
  let shown = () => {};

  function hear([message]) {
    heardAt = performance.now();
    client.isSilent = false;
    const picture = message.view && together(message);
    const from = performance.now();
    // A part of a picture, and a sign of life, are there as soon as they have come.
    const done = picture ? show(picture).catch(() => {}) : Promise.resolve();
    done.then(() => acknowledge(message.number, picture ? performance.now() - from : 0));
  }

  function together(message) {
    if (message.offset === 0) parts.set(message.view, []);
    const content = parts.get(message.view);
    content?.push(message.content);
    if (!content || message.offset + message.content.length < message.total) return null;
    parts.delete(message.view);
    return { ...message, content };
  }

  async function show(picture) {
    newest.set(picture.view, picture);
    const image = new Image();
    image.className = "quiz-image";
    image.draggable = false;
    image.alt = "";
    image.src = URL.createObjectURL(new Blob(picture.content, { type: picture.type }));
    Object.assign(image.dataset, { of: picture.of, kind: picture.kind, bytes: picture.total });
    image.size = [picture.columns, picture.rows];
    picture.image = image;
    try {
      await image.decode();
    } finally {
      // The image has what it shows by now.
      URL.revokeObjectURL(image.src);
      // A newer one may have been quicker.
      if (newest.get(picture.view) === picture) put(picture);
    }
  }

  function put({ view, image, kind }) {
    const body = bodies.get(view);
    if (!body || !image.naturalWidth) return;
    fit(image);
    body.replaceChildren(image);
    if (Boolean(client.reduced[view]) !== (kind !== "lossless")) client.reduced[view] = kind !== "lossless";
    shown(view);
  }

  // A pixel of the view is one of the screen. A picture has the size that its view had when it was made: until
  // the next one is there it is not stretched.
  function fit(image) {
    const dots = Math.max(1, window.devicePixelRatio || 1);
    const isNatural = dots === 1 && image.naturalWidth === image.size[0];
    [image.style.width, image.style.height] = isNatural ? ["", ""] : image.size.map((size) => `${size / dots}px`);
  }

  setInterval(() => {
    if (window.trame?.client?.isConnected()) client.isSilent = performance.now() - heardAt > SILENCE_MS;
  }, 500);

  window.QuizLoaderPictures = {
    client,
    // ``whenShown`` is called with the name of a view and its picture.
    listen(whenShown) {
      shown = whenShown;
    },
    connected() {
      heardAt = performance.now();
      const session = window.trame.client.getConnection().getSession();
      session.subscribe(TOPIC, hear);
      acknowledge = (number, spentMs) => session.call("quizloader.drawn", [number, spentMs]).catch(() => {});
    },
    // What shows the pictures of a view.
    component: {
      props: ["view"],
      mounted() {
        bodies.set(this.view, this.$el);
        const picture = newest.get(this.view);
        if (picture) put(picture);
      },
      unmounted() {
        if (bodies.get(this.view) !== this.$el) return;
        bodies.delete(this.view);
        // What the view shows when it is there again may be another image.
        newest.delete(this.view);
      },
      template: `<div class="quiz-pictures"></div>`,
    },
  };
})();
