/* Small parts of the page, and what it says of a question, a region or a view. */
(function () {
  "use strict";

  const NOT_ANSWERED = ["paragraphs", "pictures"];

  const isAnswered = ({ widget }) => !NOT_ANSWERED.includes(widget);
  const isRequired = (question) => question.required && isAnswered(question);

  // The form of a mark is hidden with its question.
  const isHidden = (asked, { key }) => asked.hidden.includes(key.split("/").slice(0, 2).join("/"));

  // The questions of a set that are asked, each Mark followed by the form of each of its marks.
  const questionsOf = (asked, set) =>
    set.questions.filter((question) => !isHidden(asked, question)).flatMap((question) => [question, ...question.marks.flatMap((mark) => question.form.map((each) => ofMark(each, mark)))]);

  function ofMark(question, mark) {
    const key = question.key.replace("{}", mark);
    return { ...question, mark, key, number: key.slice(key.indexOf("/") + 1), title: question.title.replace("{}", mark) };
  }

  window.QuizLoaderParts = {
    // An icon with its words on hover.
    tool: {
      props: { icon: String, label: String, keys: { type: String, default: "" }, on: { type: Boolean, default: null }, off: Boolean },
      computed: {
        words() {
          return this.keys ? `${this.label} (${this.keys})` : this.label;
        },
      },
      data: () => ({ isFarRight: false }),
      methods: {
        lookWhere(event) {
          this.isFarRight = event.currentTarget.getBoundingClientRect().left > window.innerWidth - 320;
        },
      },
      template: `<v-btn class="quiz-tool" :class="{'quiz-on': on}" variant="text" size="small" density="comfortable" icon :disabled="off" :aria-label="label" :aria-pressed="on === null ? undefined : String(on)" @pointerenter="lookWhere" @focus="lookWhere">
        <v-icon :icon="icon"></v-icon><span class="quiz-words" :class="{'quiz-far-right': isFarRight}" aria-hidden="true">{{ words }}</span></v-btn>`,
    },
    isAnswered,
    isRequired,
    isHidden,
    questionsOf,
    requires: (asked, sets) => sets.some((set) => set.questions.some((each) => !isHidden(asked, each) && [each, ...(each.marks.length ? each.form : [])].some(isRequired))),
    lines: (...texts) => texts.filter(Boolean).join("\n"),
    isWanted: ({ name }) => name.toLowerCase().includes(window.QuizLoader.client.filter.trim().toLowerCase()),
    isPointed: (pointed, region) => Boolean(pointed?.regions.some(({ name, color }) => name === region.name && color === region.color)),
  };
})();
