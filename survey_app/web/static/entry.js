// The entry form: keys 1–5 and 0 answer and go on, Backspace goes back, skipped questions disappear.
// Without this script every question is a plain group of radio buttons.
(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const levels = [...form.querySelectorAll("[data-level]")];
  const auto = form.querySelector("#auto-advance");
  const live = form.querySelector("[data-live]");
  let changed = false;
  let typed = false;

  auto.checked = localStorage.getItem("auto-advance") !== "no";
  auto.addEventListener("change", () => localStorage.setItem("auto-advance", auto.checked ? "yes" : "no"));

  const show = () => {
    for (const block of form.querySelectorAll("[data-show-if]")) {
      const [name, codes] = block.dataset.showIf.split("=");
      const chosen = [...form.querySelectorAll(`[name="${name}"]:checked`)].map((box) => box.value);
      const asked = chosen.some((code) => codes.split(",").includes(code));
      block.hidden = !asked;
      for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = !asked;
    }
  };

  const go = (block) => {
    levels.forEach((each) => each.classList.toggle("current", each === block));
    const box = block.querySelector("input:checked") || block.querySelector("input");
    box.focus({ preventScroll: true });
    block.scrollIntoView({ block: "center" });
  };

  const after = (block) => {
    const next = levels[levels.indexOf(block) + 1];
    if (next) return go(next);
    block.classList.remove("current");
    const rest = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
    const last = rest.findLastIndex((each) => block.contains(each));
    const target = rest.slice(last + 1).find((each) => !each.disabled && each.offsetParent);
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  };

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const block = event.target.closest("[data-level]");
    if (event.key === "Enter" && event.target.matches("input, select")) {
      event.preventDefault();
      if (block) return after(block);
      const rest = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
      const place = rest.indexOf(event.target);
      const name = event.target.type === "radio" ? event.target.name : null;
      return rest.slice(place + 1).find((each) => !each.disabled && each.offsetParent && each.name !== name)?.focus();
    }
    if (!block) return;
    if (/^[0-5]$/.test(event.key)) {
      event.preventDefault();
      const box = form.querySelector(`#${block.id}-${event.key}`);
      box.checked = true;
      changed = typed = true;
      live.textContent = box.parentElement.textContent.trim();
      if (auto.checked) after(block); else box.focus();
    } else if (event.key === "Backspace") {
      event.preventDefault();
      const before = levels[levels.indexOf(block) - 1] || block;
      for (const box of before.querySelectorAll("input")) box.checked = false;
      go(before);
    }
  });

  form.addEventListener("click", (event) => {
    const block = event.target.closest("[data-level]");
    if (!block || !event.target.matches("input") || event.detail === 0 || !auto.checked) return;
    const next = levels[levels.indexOf(block) + 1];
    next?.scrollIntoView({ block: "center" });
  });

  form.addEventListener("focusin", (event) => {
    const block = event.target.closest("[data-level]");
    levels.forEach((each) => each.classList.toggle("current", each === block));
  });
  form.addEventListener("input", () => { changed = true; show(); });
  form.addEventListener("change", show);
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  show();

  const id = form.querySelector("[name=uuid]");
  if (id && form.dataset.entry === "new" && crypto.randomUUID && !form.dataset.kept) id.value = crypto.randomUUID();
})();
