// A citizen's form: questions that are not asked disappear, and after a tap the next one comes into view.
// Without this script every question stands there, with a word on whom it asks. Nothing is kept on the device.
(() => {
  const form = document.querySelector("form[data-citizen]");
  if (!form) return;
  for (const word of form.querySelectorAll("[data-without-script]")) word.hidden = true;

  const answersTo = (name) => [...form.querySelectorAll(`[name="${name}"]:checked:enabled`)].map((each) => each.value);
  const show = () => {
    for (const block of form.querySelectorAll("[data-show-if]")) {
      const [name, codes] = block.dataset.showIf.split("=");
      const asked = answersTo(name).some((code) => codes.split(",").includes(code));
      block.hidden = !asked;
      for (const input of block.querySelectorAll("input, textarea")) input.disabled = !asked;
    }
    for (const section of form.querySelectorAll(".section:has([data-show-if])")) {
      section.hidden = [...section.querySelectorAll(".field")].every((each) => each.closest("[data-show-if]")?.hidden);
    }
  };

  const blocks = () => [...form.querySelectorAll("fieldset, .field, .send")].filter((each) => each.offsetParent);
  form.addEventListener("click", (event) => {
    if (event.detail === 0 || !event.target.matches("[type=radio]")) return;
    const all = blocks();
    const next = all[all.indexOf(event.target.closest("fieldset")) + 1];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    next?.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
  });
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
})();
