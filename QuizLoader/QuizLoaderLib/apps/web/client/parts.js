/* Small parts of the page, and what it says of a question, a region or a view. */
(function () {
  "use strict";

  const NOT_ANSWERED = ["paragraphs", "pictures"];

  const isAnswered = ({ widget }) => !NOT_ANSWERED.includes(widget);
  const isRequired = (question) => question.required && isAnswered(question);

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
    requires: (asked) => asked.sets.some((set) => set.questions.some((each) => isRequired(each) && !asked.hidden.includes(each.key))),
    lines: (...texts) => texts.filter(Boolean).join("\n"),
    isWanted: ({ name }) => name.toLowerCase().includes(window.QuizLoader.client.filter.trim().toLowerCase()),
    isPointed: (pointed, region) => Boolean(pointed?.regions.some(({ name, color }) => name === region.name && color === region.color)),
  };
})();
