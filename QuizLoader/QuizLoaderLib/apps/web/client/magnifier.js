/* A magnifier while its key is held: the server is told where the pointer is, one place after the other. */
(function () {
  "use strict";

  let use = null;
  let at = null;
  let key = "";
  let isTelling = false;

  function note(event) {
    const body = event.target instanceof Element && event.target.closest("[data-view]");
    if (!body) return;
    const box = body.getBoundingClientRect();
    at = [body.dataset.view, (event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
    if (key) tell();
  }

  async function tell() {
    if (isTelling) return;
    isTelling = true;
    try {
      for (let told = null; key && told !== at; ) {
        told = at;
        await use("magnify", ...told);
      }
    } finally {
      isTelling = false;
    }
  }

  function release(event) {
    if (!key || (event.type === "keyup" && event.code !== key)) return;
    key = "";
    use("magnify");
  }

  window.QuizLoaderMagnifier = {
    hold(event) {
      if (!at || event.repeat) return;
      key = event.code;
      tell();
    },
    listen(useTool) {
      use = useTool;
      window.addEventListener("pointermove", note, true);
      window.addEventListener("keyup", release, true);
      window.addEventListener("blur", release);
    },
  };
})();
