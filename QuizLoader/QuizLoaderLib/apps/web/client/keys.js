/* The keys and the buttons of the tools: one table for both and for the help sheet. */
(function () {
  "use strict";

  // [letter, tool, what it does, icon of its button, the part of the tools' state that says it is on]
  const TOOLS = [
    ["R", ["reset"], "Reset the views", "mdi-fit-to-page-outline", ""],
    ["C", ["contours"], "Contours on or off", "mdi-vector-selection", "contours"],
    ["O", ["fill"], "Outline or fill", "mdi-format-color-fill", "filled"],
    ["X", ["crosshair"], "Crosshair on or off", "mdi-crosshairs", "crosshair"],
    ["K", ["link"], "Link the views of one orientation", "mdi-link-variant", "linked"],
    ["W", ["mouse"], "Window/level by dragging, on or off", "mdi-contrast-circle", "mouse"],
  ];
  // On a page to draw on: [letter, name, what it does, icon].
  const DRAWING = [
    ["A", "paint", "Paint", "mdi-brush"],
    ["E", "erase", "Erase", "mdi-eraser"],
    ["F", "draw", "Draw around, freehand or point by point", "mdi-draw"],
    ["G", "threshold", "Grey values between two bounds", "mdi-tune-vertical"],
    ["I", "islands", "Islands: keep the one that is clicked", "mdi-island"],
  ];
  const LETTERS = [
    ...TOOLS.map(([letter, use, text]) => [letter, use, text]),
    ["T", ["change_opacity", -10], "Contours fainter; with Shift: stronger"],
    ["3", ["view", "planes"], "The image in three planes"],
    ["1", ["view", "plane"], "The image in one plane; again: the next plane"],
    ["0", ["view", "page"], "The page as it was"],
    ["P", ["play"], "Play or stop the frames"],
    ["L", ["measure"], "Measure a line: click its two ends"],
    ["?", ["help"], "This sheet"],
    ...DRAWING.map(([letter, name, text]) => [letter, ["draw", "take", name], text]),
    ["Q", ["draw", "next_segment"], "The next region to draw"],
    ["V", ["draw", "toggle_segment"], "Show or hide the region"],
    ["U", ["draw", "ball"], "Brush: a ball, or a disc on the slice"],
    [",", ["draw", "scale_radius", 0.8], "A smaller brush"],
    [".", ["draw", "scale_radius", 1.25], "A larger brush"],
    ["Z", ["draw", "undo"], "Undo"],
    ["Y", ["draw", "redo"], "Redo"],
  ];
  const PAGES = {
    ArrowRight: ["step", "next", "Alt+→", "Next page"],
    ArrowLeft: ["step", "previous", "Alt+←", "Previous page"],
    ArrowUp: ["step_frame", 1, "Alt+↑", "Next frame"],
    ArrowDown: ["step_frame", -1, "Alt+↓", "Previous frame"],
  };
  // Of the view: [tool, values...]
  const ON_VIEW = {
    ArrowUp: ["slice", 1], ArrowDown: ["slice", -1], PageUp: ["slice", 10], PageDown: ["slice", -10],
    "+": ["zoom", 1], "=": ["zoom", 1], "-": ["zoom", -1],
    H: ["window_level", -1, 0], S: ["window_level", 1, 0], B: ["window_level", 0, 1], D: ["window_level", 0, -1],
  };
  // While a polygon is open.
  const ON_POLYGON = { Enter: ["draw", "close_polygon"], Backspace: ["draw", "remove_point"] };
  const PAN = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

  const HELP = [
    { title: "Mouse on a view", lines: [
      ["Wheel", "Another slice"], ["Left button", "Window/level, or the drawing tool"], ["Middle button", "Move the image"],
      ["Right button", "Zoom"], ["Shift and move", "Crosshair: the other views follow"]] },
    { title: "Keys on a view", lines: [
      ["↑ ↓", "Next, previous slice"], ["Page ↑ ↓", "Ten slices"], ["+ −", "Zoom"], ["Shift+arrows", "Move the image"],
      ["H, S", "Harder, softer contrast"], ["B, D", "Brighter, darker"]] },
    { title: "Pages and frames", lines: [...Object.values(PAGES).map(([, , keys, text]) => [keys, text]), ["Tab", "Through the questions, tools and views"]] },
    { title: "Tools", lines: LETTERS.filter(([, use]) => use[0] !== "draw").map(([letter, , text]) => [letter, text]) },
    { title: "Drawing", lines: [...LETTERS.filter(([, use]) => use[0] === "draw").map(([letter, , text]) => [letter, text]), ["Enter", "Close the contour; or double, right click"], ["Backspace", "Its last point back"], ["Escape", "Drop the contour, then the tool"]] },
  ];

  const TEXT_FIELDS = "textarea, [contenteditable=true], input:not([type=checkbox]):not([type=radio]):not([type=range])";
  const CONTROLS = "input, textarea, select, button, [role=slider], [role=listbox], [role=combobox], .v-overlay";

  let view = "";
  function lookAt(event) {
    const body = event.target instanceof Element && event.target.closest("[data-view]");
    if (body) view = body.dataset.view;
  }

  function shownView() {
    const there = document.querySelector(`[data-view="${view}"]`) || document.querySelector("[data-view]");
    return there ? there.dataset.view : "";
  }

  function letterOf(event) {
    // With Alt a Mac types other characters.
    return /^[a-z0-9?,.]$/i.test(event.key) ? event.key.toUpperCase() : event.code.replace(/^(Key|Digit)/, "");
  }

  function actionOf(event) {
    const target = event.target instanceof Element ? event.target : document.body;
    const isTyping = target.matches(TEXT_FIELDS) && !target.readOnly;
    const letter = LETTERS.find(([key]) => key === letterOf(event));
    if (event.altKey) return PAGES[event.key] ? PAGES[event.key].slice(0, 2) : letter && shifted(letter[1], event);
    if (isTyping || target.closest(".v-overlay")) return null;
    if (event.key === "Escape") return document.querySelector(".v-overlay--active") ? null : ["draw", "put_down"];
    if (letter) return shifted(letter[1], event);
    if (ON_POLYGON[event.key] && window.trame?.state.get("editor")?.polygon) return ON_POLYGON[event.key];
    const isControl = target.closest(CONTROLS) && !target.closest("[data-view]");
    if (event.shiftKey && PAN[event.key]) return isControl ? null : ["pan", shownView(), ...PAN[event.key]];
    const onView = ON_VIEW[event.key.length === 1 ? event.key.toUpperCase() : event.key];
    if (!onView || (isControl && event.key.length > 1)) return null;
    return [onView[0], shownView(), ...onView.slice(1)];
  }

  function shifted(use, event) {
    return use[0] === "change_opacity" && event.shiftKey ? [use[0], -use[1]] : use;
  }

  window.QuizLoaderKeys = {
    barTools: TOOLS.map(([key, use, label, icon, on]) => ({ name: use[0], use, label, icon, on, key })),
    drawingTools: DRAWING.map(([key, name, label, icon]) => ({ key, name, label, icon })),
    helpGroups: HELP,
    // Out of a list that was chosen from: its letters are free again.
    toView() {
      const body = document.querySelector(`[data-view="${shownView()}"] [tabindex="0"]`);
      if (body) setTimeout(() => body.focus({ preventScroll: true }));
    },
    listen(use) {
      window.addEventListener("pointerover", lookAt, true);
      window.addEventListener("focusin", lookAt, true);
      window.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.isComposing) return;
        const action = actionOf(event);
        if (action) {
          event.preventDefault();
          use(...action);
        }
        // Slicer's views have keys of their own, of which the tools would know nothing.
        const isInView = event.target instanceof Element && event.target.closest("[data-view]");
        if (action || (isInView && event.key.length === 1)) event.stopPropagation();
      }, true);
    },
  };
})();
