/* The shortcuts as the server's table (reader/shortcuts.py) has them, for keys, buttons and the help sheet. */
(function () {
  "use strict";

  // Of the buttons over the views: the icon, and the parts of the tools' state that say whether it is on and there.
  const BAR = {
    reset: ["mdi-fit-to-page-outline", ""],
    contours: ["mdi-vector-selection", "contours"],
    fill: ["mdi-format-color-fill", "filled"],
    mouse: ["mdi-contrast-circle", "mouse"],
    invert: ["mdi-invert-colors", "inverted", "inverts"],
    rotate: ["mdi-rotate-right", "", "turns"],
    flip: ["mdi-flip-horizontal", "", "turns"],
    crosshair: ["mdi-crosshairs", "crosshair"],
    link: ["mdi-link-variant", "linked"],
    "link here": ["mdi-link-plus", "linked_here"],
    lines: ["mdi-pound", "lines"],
  };
  // What a browser calls the keys that Qt calls so.
  const NAMES = { ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", PageUp: "PgUp", PageDown: "PgDown", Escape: "Esc", Enter: "Return" };
  const TAB = ["Tab", "Through the questions, tools and views"];
  const GROUPS = { "Pages, answers and frames": ["ON_PAGES"], "Keys on a view": ["ON_VIEW"], "Slabs and comparing": ["COMPARING"], Tools: ["ALWAYS"], "Contours that are given to judge": ["JUDGING"], Drawing: ["DRAWING", "ON_POLYGON"], "The whole region that is drawn": ["WHOLE_REGION"] };

  const TEXT_FIELDS = "textarea, [contenteditable=true], input:not([type=checkbox]):not([type=radio]):not([type=range])";
  // What Enter is for.
  const PRESSED = "button, a, summary, select, [role=button], [role=combobox], [role=listbox]";
  const CONTROLS = "input, textarea, select, button, [role=slider], [role=listbox], [role=combobox], .v-overlay";

  let view = "";
  function lookAt(event) {
    const body = event.target instanceof Element && event.target.closest("[data-view]");
    if (body) view = body.dataset.view;
  }

  // What is typed over a view is meant for it, not for the answer that was written before. The pointer has to move:
  // one that rests there is over each new picture beneath it, which ends nobody's typing. What stands on a view is typed
  // until that is clicked or scrolled: it is there that it was asked for. No other field is left by a turn of the wheel.
  function leaveField(event) {
    const isInView = event.target instanceof Element && event.target.closest("[data-view]");
    const field = document.activeElement;
    if (Boolean(field?.matches("[data-stands-on-view]")) === (event.type === "pointermove")) return;
    if (isInView && field?.matches(TEXT_FIELDS) && !field.closest(".v-overlay")) field.blur();
  }

  function shownView() {
    const there = document.querySelector(`[data-view="${view}"]`) || document.querySelector("[data-view]");
    return there ? there.dataset.view : "";
  }

  function keyOf(event) {
    if (NAMES[event.key] || event.key === "Backspace") return NAMES[event.key] || event.key;
    if (/^[a-z0-9?,.+=-]$/i.test(event.key)) return event.key.toUpperCase();
    // With Alt a Mac types other characters, and with Shift most keyboards do on their digits; on some it is the
    // digits that need Shift.
    const key = event.code.replace(/^(Key|Digit)/, "");
    return /^[0-9]$/.test(key) && !event.altKey ? `Shift+${key}` : key;
  }

  // The letters alone do what they do with Alt, and the other way round, unless the table says otherwise.
  function shortcutOf(event) {
    const table = window.trame?.state.get("shortcuts") || [];
    const polygon = Boolean(window.trame?.state.get("editor")?.polygon);
    // What is open has its keys first.
    const ofPolygon = table.filter(({ when }) => when === "ON_POLYGON" && polygon);
    const holds = [...ofPolygon, ...table.filter(({ when }) => when !== "ON_POLYGON")];
    const key = keyOf(event);
    const hasShift = event.shiftKey && (/^[A-Z]$/.test(key) || key.length > 1) && !key.startsWith("Shift+");
    const names = hasShift ? [`Shift+${key}`, key] : [key];
    const find = (name, alt) => holds.find(({ keys, when }) => keys.includes(alt ? `Alt+${name}` : name) && !(event.altKey && when === "ON_VIEW"));
    for (const name of names) {
      const isLetter = /^(Shift\+)?[^0-9]$/.test(name);
      const found = find(name, event.altKey) || (isLetter && find(name, !event.altKey));
      if (found) return found;
    }
    return null;
  }

  function actionOf(event) {
    const target = event.target instanceof Element ? event.target : document.body;
    const found = shortcutOf(event);
    if (!found || event.altKey) return found && found.use;
    const isTyping = target.matches(TEXT_FIELDS) && !target.readOnly;
    if (isTyping || target.closest(".v-overlay")) return null;
    if (found.name === "put down") return document.querySelector(".v-overlay--active") ? null : found.use;
    if (found.name === "choose") return [...found.use, Number(keyOf(event))];
    if (found.name === "next" && target.closest(PRESSED)) return null;
    if (found.when !== "ON_VIEW") return found.use;
    const isControl = target.closest(CONTROLS) && !target.closest("[data-view]");
    if (isControl && event.key.length > 1) return null;
    return [found.use[0], shownView(), ...found.use.slice(1)];
  }

  // Without the Alt that is not needed where nothing is typed.
  const keysOf = ({ shown }) => shown.replace(/Alt\+(?=(Shift\+)?[A-Z?]( |$))/g, "");

  // Two of a kind are one line: what one does, the other undoes.
  function helpLines(shortcuts) {
    const lines = [];
    shortcuts.forEach((each, number) => {
      const before = shortcuts[number - 1]?.use;
      const isOpposite = before?.every((value, index) => value === each.use[index] || value === -each.use[index]);
      const [keys, text] = isOpposite ? lines.pop() : ["", ""];
      lines.push(isOpposite ? [`${keys} ${keysOf(each)}`, `${text}, ${each.text.toLowerCase()}`] : [keysOf(each), each.text]);
    });
    return lines;
  }

  function buttons(table, names) {
    return names.map((name) => {
      const shortcut = table.find((each) => each.name === name);
      return { name, use: shortcut.use, label: shortcut.text, key: keysOf(shortcut) };
    });
  }

  window.QuizLoaderShortcuts = {
    barTools: (table, tools) => buttons(table, Object.keys(BAR).filter((name) => !BAR[name][2] || tools[BAR[name][2]]))
      .map((tool) => ({ ...tool, icon: BAR[tool.name][0], on: BAR[tool.name][1] })),
    drawingTools: (table, effects) => buttons(table, effects.map(({ name }) => name)).map((tool, number) => ({ ...effects[number], ...tool })),
    // Of the keys those for which the page has what they need.
    helpGroups: (table, mouse, has) => [{ title: "Mouse on a view", lines: [...mouse.map(({ hand, text }) => [hand, text]), TAB] }, ...Object.entries(GROUPS).map(([title, parts]) => (
      { title: has.frames ? title : title.replace(", answers and frames", " and answers"), lines: helpLines(table.filter(({ when, needed }) => parts.includes(when) && (!needed || has[needed]))) }))].filter(({ lines }) => lines.length),
    // Out of a list that was chosen from: its letters are free again.
    toView() {
      const body = document.querySelector(`[data-view="${shownView()}"] [tabindex="0"]`);
      if (body) setTimeout(() => body.focus({ preventScroll: true }));
    },
    listen(use) {
      window.addEventListener("pointerover", lookAt, true);
      window.addEventListener("focusin", lookAt, true);
      for (const name of ["pointermove", "pointerdown", "wheel"]) window.addEventListener(name, leaveField, { capture: true, passive: true });
      window.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.isComposing) return;
        const action = actionOf(event);
        if (action) {
          event.preventDefault();
          if (action[0] === "magnify") window.QuizLoaderMagnifier.hold(event);
          else use(...action);
        }
        // Slicer's views have keys of their own, of which the tools would know nothing.
        const isInView = event.target instanceof Element && event.target.closest("[data-view]");
        if (action || (isInView && event.key.length === 1)) event.stopPropagation();
      }, true);
    },
  };
})();
