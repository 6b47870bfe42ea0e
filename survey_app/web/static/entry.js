// The entry form by keyboard: digits answer and go on, Enter goes on, Backspace goes back and clears;
// questions that are not asked disappear. Without this script everything is plain radio buttons and boxes.
(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const auto = form.querySelector("#auto-advance");
  const live = form.querySelector("[data-live]");
  let changed = form.hasAttribute("data-kept");

  // A browser may refuse storage; the switch then holds for this page.
  const stored = (write) => { try { return write(localStorage); } catch { return null; } };
  auto.checked = stored((box) => box.getItem("auto-advance")) !== "no";
  auto.addEventListener("change", () => stored((box) => box.setItem("auto-advance", auto.checked ? "yes" : "no")));
  form.classList.add("keyed");

  const blocks = () => [...form.querySelectorAll("fieldset, .field, .sticky-bar")].filter(entrance);
  const entrance = (block) => [
    block.querySelector("input:checked:enabled"),
    ...block.querySelectorAll("input:not([type=hidden]):enabled, select:enabled, textarea:enabled, button:enabled"),
  ].find((each) => each?.checkVisibility?.() ?? each?.offsetParent);
  const radios = (block) => [...block.querySelectorAll("input[type=radio]")];
  const blockOf = (element) => element.closest("fieldset, .field, .sticky-bar");

  const go = (block) => {
    if (!block) return;
    entrance(block).focus({ preventScroll: true });
    block.scrollIntoView({ block: "center" });
  };
  const beside = (block, step) => { const all = blocks(); return all[all.indexOf(block) + step]; };

  const answersTo = (name) => [...form.querySelectorAll(`[name="${name}"]:enabled`)]
    .filter((each) => each.checked || each.matches("select")).map((each) => each.value);
  const show = () => {
    for (const block of form.querySelectorAll("[data-show-if]")) {
      const [name, codes] = block.dataset.showIf.split("=");
      const asked = answersTo(name).some((code) => codes.split(",").includes(code));
      block.hidden = !asked;
      for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = !asked;
    }
    for (const section of form.querySelectorAll("section:has([data-show-if])")) {
      section.hidden = false;
      section.hidden = [...section.querySelectorAll(".field, .level")].every((each) => each.closest("[hidden]"));
    }
  };

  // The row of digits writes letters on a Vietnamese keyboard, so the place of the key counts too.
  const digitOf = (event) => !event.shiftKey &&
    (/^\d$/.test(event.key) ? event.key : /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1]);
  const answer = (block, digit) => {
    const level = block.matches("[data-level]");
    const box = level ? block.querySelector(`[id$="-${digit}"]`) : block.querySelectorAll("input")[digit - 1];
    if (!box) return;
    box.click();
    live.textContent = box.parentElement.textContent.trim();
    if (box.type === "radio" && auto.checked) go(beside(block, 1)); else box.focus();
  };
  const back = (block) => {
    const before = beside(block, -1);
    if (!before) return;
    for (const box of radios(before)) box.checked = false;
    before.dispatchEvent(new Event("change", { bubbles: true }));
    go(before);
  };

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const { target } = event;
    const block = blockOf(target);
    if (!block) return;
    if (event.key === "Enter" && target.matches("input, select")) {
      event.preventDefault();
      return go(beside(block, 1));
    }
    if (!target.matches("[type=radio], [type=checkbox]")) return;
    const digit = block.matches("fieldset") && digitOf(event);
    if (!digit && event.key !== "Backspace") return;
    event.preventDefault();
    if (digit) answer(block, digit); else back(block);
  });

  // A tap or click (never a key, which has no detail) brings the next question into view.
  form.addEventListener("click", (event) => {
    if (event.detail === 0 || !auto.checked || !event.target.matches("fieldset [type=radio]")) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    beside(blockOf(event.target), 1)?.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
  });
  form.addEventListener("focusin", (event) => {
    form.querySelector(".level.current")?.classList.remove("current");
    event.target.closest(".level")?.classList.add("current");
  });
  form.addEventListener("input", (event) => { if (event.target !== auto) changed = true; });
  form.addEventListener("change", (event) => { if (event.target !== auto) changed = true; show(); });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  addEventListener("pageshow", show);
  show();

  if (form.dataset.entry === "new" && !changed && crypto.randomUUID) {
    form.querySelector("[name=uuid]").value = crypto.randomUUID();
  }
})();
