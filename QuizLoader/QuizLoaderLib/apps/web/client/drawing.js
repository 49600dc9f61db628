/* The brush over a view: a ring of its size under the pointer, and the stroke until the view shows its voxels. */
(function () {
  "use strict";

  const KEEP_STROKE_MS = 2000;
  const DRAWN_MS = 500;
  let stroke = null;
  let use = null;

  function brushAt(event) {
    const body = event.target instanceof Element && event.target.closest("[data-view]");
    const svg = body && body.querySelector(".quiz-brush");
    if (!svg) return null;
    const box = body.getBoundingClientRect();
    return { svg, view: body.dataset.view, x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function radius(view) {
    const { editor, corners } = window.trame.state.get();
    // A pixel of the view is one of the screen.
    return editor.radius / (corners[view].mm_per_pixel * (window.devicePixelRatio || 1));
  }

  function drawRing({ svg, view, x, y }) {
    const circle = svg.querySelector("circle");
    circle.setAttribute("cx", x);
    circle.setAttribute("cy", y);
    circle.setAttribute("r", radius(view));
  }

  function drawStroke() {
    const line = stroke.svg.querySelector("polyline");
    line.setAttribute("points", stroke.points.map((point) => point.join(",")).join(" "));
  }

  function begin(event) {
    const brush = event.button === 0 && brushAt(event);
    if (!brush) return;
    forget();
    const { editor } = window.trame.state.get();
    stroke = { svg: brush.svg, view: brush.view, isDown: true, sent: 0, points: [[brush.x, brush.y], [brush.x, brush.y]] };
    const line = brush.svg.querySelector("polyline");
    line.style.stroke = editor.effect === "erase" ? "#808080" : window.QuizLoaderDrawing.segmentOf(editor).color;
    line.style.strokeWidth = 2 * radius(brush.view);
    drawStroke();
  }

  function move(event) {
    for (const circle of document.querySelectorAll(".quiz-brush circle")) circle.setAttribute("r", 0);
    const brush = brushAt(event);
    if (!brush) return;
    drawRing(brush);
    if (stroke && stroke.isDown && stroke.view === brush.view) {
      stroke.points.push([brush.x, brush.y]);
      drawStroke();
    }
  }

  // The server shows the voxels of what it was told of before its last picture but one.
  function showOn() {
    stroke.points.splice(0, Math.min(stroke.sent, stroke.points.length - 2));
    stroke.sent = stroke.points.length - 1;
    drawStroke();
  }

  function end() {
    if (!stroke) return;
    stroke.isDown = false;
    stroke.timer = setTimeout(forget, KEEP_STROKE_MS);
  }

  function forget() {
    if (!stroke) return;
    clearTimeout(stroke.timer);
    stroke.svg.querySelector("polyline")?.setAttribute("points", "");
    stroke = null;
  }

  // A view is seen alone, where no tool is in hand.
  function doubleClick(event) {
    const body = event.target instanceof Element && event.target.closest("[data-view]");
    if (!body || !window.trame) return;
    const { editor, lines } = window.trame.state.get();
    if (editor?.effect === "draw") use("draw", "close_polygon");
    else if (!editor?.effect && !lines?.measuring) use("enlarge", body.dataset.view);
  }

  const othersOf = (editor) => editor.segments.filter((segment) => segment.value !== editor.segment);

  window.QuizLoaderDrawing = {
    othersOf,
    // The region to combine with.
    otherOf(editor) {
      const others = othersOf(editor).map((segment) => segment.value);
      const { other } = window.QuizLoader.client;
      return others.includes(other) ? other : others[0] || "";
    },
    segmentOf: (editor) => editor.segments.find((segment) => segment.value === editor.segment) || { title: "", color: "#fff" },
    listen(useTool) {
      use = useTool;
      window.addEventListener("pointerdown", begin, true);
      window.addEventListener("pointermove", move, true);
      window.addEventListener("pointerup", end, true);
      window.addEventListener("dblclick", doubleClick, true);
    },
    // The server has drawn it. Its picture comes before this or after, on a slow link a while after.
    drawn() {
      if (!stroke || stroke.isDown) return;
      stroke.isDrawn = true;
      clearTimeout(stroke.timer);
      stroke.timer = setTimeout(forget, DRAWN_MS);
    },
    // Another picture of a view is there.
    shown(view) {
      if (stroke?.view !== view) return;
      if (stroke.isDrawn) forget();
      else showOn();
    },
  };
})();
