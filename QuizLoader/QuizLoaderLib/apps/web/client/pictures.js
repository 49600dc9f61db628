/* The pictures of the views: put together from their parts, shown as soon as the browser has decoded them, and
   acknowledged, so that the server knows what has come. */
(function () {
  "use strict";

  const TOPIC = "quizloader.pictures";
  const SILENCE_MS = 3000;
  // A slice that was shown ahead of the server's word goes back when none comes.
  const BACK_MS = 2000;
  const bodies = new Map();
  const parts = new Map();
  const newest = new Map();
  // Pictures that the server may name again, by number; and of each view the slices beside the one that it shows.
  const held = new Map();
  const beside = new Map();
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
    const { view, of, steps } = picture;
    picture.image = held.get(picture.same) || decoding(picture);
    if (picture.held) hold(picture);
    if (steps) {
      const others = beside.get(view);
      beside.set(view, { ...(others?.of === of ? others : {}), of, [steps]: picture.image });
    } else newest.set(view, picture);
    await picture.image.decoded;
    // A newer one may have been quicker.
    if (newest.get(view) === picture) put(picture);
  }

  function decoding(picture) {
    const image = new Image();
    image.className = "quiz-image";
    image.draggable = false;
    image.alt = "";
    image.src = URL.createObjectURL(new Blob(picture.content, { type: picture.type }));
    image.dataset.bytes = picture.total;
    image.size = [picture.columns, picture.rows];
    // The image has what it shows by then.
    image.decoded = image.decode().catch(() => {}).then(() => URL.revokeObjectURL(image.src));
    return image;
  }

  function hold({ number, image, held: numbers }) {
    held.set(number, image);
    for (const each of held.keys()) if (!numbers.includes(each)) held.delete(each);
  }

  // The reader goes one slice on: it is shown at once where it is there, until the server has said what is shown.
  function step(view, steps) {
    const base = newest.get(view);
    const ahead = beside.get(view);
    const image = ahead?.of === base?.of && ahead?.[steps];
    if (!image) return;
    beside.delete(view);
    const isNewest = () => newest.get(view) === base;
    image.decoded.then(() => isNewest() && put({ view, image, of: base.of + 1, kind: "lossless" }));
    setTimeout(() => isNewest() && put(base), BACK_MS);
  }

  function put({ view, image, of, kind }) {
    const body = bodies.get(view);
    if (!body || !image.naturalWidth) return;
    Object.assign(image.dataset, { of, kind });
    fit(image);
    if (body.firstElementChild !== image) body.replaceChildren(image);
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
    step,
    // ``whenShown`` is called with the name of a view and its picture.
    listen(whenShown) {
      shown = whenShown;
    },
    // What was shown may not be seen any more.
    clear() {
      newest.clear();
      beside.clear();
      bodies.forEach((body) => body.replaceChildren());
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
        beside.delete(this.view);
      },
      template: `<div class="quiz-pictures"></div>`,
    },
  };
})();
