// A form of many questions. By keyboard: a key answers and goes on, Enter goes on, Backspace goes back and clears. On a
// phone: one tap a question, one section open at a time. Questions that are not asked disappear, and what was answered to them
// stands aside in sight. Without this script everything is plain radio buttons and boxes.
(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const auto = form.querySelector("#auto-advance");
  const live = form.querySelector("[data-live]");
  const phone = matchMedia("(max-width: 35.99rem)");
  const blocksIn = (root) => [...root.querySelectorAll("fieldset, .field")];
  const count = { edits: 0, keystrokes: 0 };

  // A browser may refuse storage; the switch then holds for this page.
  const stored = (write) => { try { return write(localStorage); } catch { return null; } };
  auto.checked = stored((box) => box.getItem("auto-advance")) !== "no";
  auto.addEventListener("change", () => stored((box) => box.setItem("auto-advance", auto.checked ? "yes" : "no")));
  form.classList.add("keyed");

  // --- What is asked, and what stands aside ---
  const answersTo = (name) => [...form.querySelectorAll(`[name="${name}"]:enabled`)]
    .filter((each) => each.checked || each.matches("select")).map((each) => each.value);
  const said = (block) => [...block.querySelectorAll("input, textarea, select")]
    .filter((each) => (/radio|checkbox/.test(each.type) ? each.checked : each.value))
    .map((each) => (/radio|checkbox/.test(each.type) ? each.parentElement.textContent.trim() : each.value)).join(", ");
  const show = () => {
    for (const block of form.querySelectorAll("[data-show-if]")) {
      const [name, codes] = block.dataset.showIf.split("=");
      const asked = answersTo(name).some((code) => codes.split(",").includes(code));
      block.hidden = !asked;
      for (const input of block.querySelectorAll("input, select, textarea")) input.disabled = !asked;
    }
    for (const section of form.querySelectorAll("section:has([data-show-if])")) {
      section.hidden = false;
      section.hidden = blocksIn(section).every((each) => each.closest("[hidden]"));
    }
    aside();
  };
  const aside = () => {
    const box = form.querySelector("[data-aside]");
    if (!box) return;
    const skipped = [...form.querySelectorAll("[data-show-if][hidden]")].filter(said);
    box.hidden = !skipped.length;
    box.querySelector("ul").replaceChildren(...skipped.map((block) => {
      const item = document.createElement("li");
      const drop = document.createElement("button");
      const question = (block.querySelector("legend, label") ?? block).textContent.trim();
      drop.type = "button";
      drop.className = "quiet small-button";
      drop.textContent = "Bỏ hẳn";
      drop.setAttribute("aria-label", `Bỏ hẳn câu trả lời: ${question}`);
      drop.addEventListener("click", () => { clear(block); aside(); form.dispatchEvent(new Event("input")); });
      item.append(`${question} – ${said(block)} `, drop);
      return item;
    }));
  };
  const clear = (block) => {
    for (const each of block.querySelectorAll("input, textarea, select")) {
      if (/radio|checkbox/.test(each.type)) each.checked = false; else each.value = "";
    }
  };

  // --- Moving ---
  // What is folded can be reached, it unfolds; what is hidden is not asked.
  const entrance = (block) => (block.closest("[hidden]") ? null : block.querySelector("input:checked:enabled")
    ?? block.querySelector("input:not([type=hidden]):enabled, select:enabled, textarea:enabled, button:enabled"));
  const blockOf = (element) => element.closest("fieldset, .field, .sticky-bar");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const go = (block, focus = true) => {
    if (!block) return;
    const step = block.closest(".step");
    if (step) unfold(step);
    if (focus) entrance(block)?.focus({ preventScroll: true });
    block.scrollIntoView({ block: "center", behavior: focus || still ? "instant" : "smooth" });
  };
  const beside = (block, step) => {
    const all = [...form.querySelectorAll("fieldset, .field, .sticky-bar")];
    let place = all.indexOf(block) + step;
    while (all[place] && !entrance(all[place])) place += step;
    return all[place];
  };

  // One section open at a time on a phone; all of them elsewhere.
  const steps = [...form.querySelectorAll(".step")];
  const answered = (block) => Boolean(said(block));
  const asked = (root) => blocksIn(root).filter((each) => !each.closest("[hidden]") && !each.hasAttribute("data-beside"));
  const unfold = (step) => {
    for (const each of steps) {
      each.classList.toggle("folded", phone.matches && each !== step);
      each.querySelector("[data-fold]").disabled = !phone.matches;
    }
    tell();
  };
  const next = (step) => {
    const after = steps.slice(steps.indexOf(step) + 1).find((each) => !each.hidden);
    if (!after) return go(form.querySelector(".sticky-bar"), false);
    unfold(after);
    after.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
  };
  for (const step of steps) {
    step.querySelector("[data-fold]").addEventListener("click", () => unfold(step));
    step.querySelector("[data-next]").addEventListener("click", () => next(step));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const step = link && document.getElementById(link.hash.slice(1))?.closest(".step");
    if (step) unfold(step);
  }, true);
  phone.addEventListener("change", () => unfold(steps.find((each) => !each.classList.contains("folded"))));
  const tell = () => {
    for (const step of steps) {
      const all = asked(step);
      step.querySelector("[data-count]").textContent = `${all.filter(answered).length}/${all.length}`;
      step.querySelector("[data-fold]").setAttribute("aria-expanded", String(!step.classList.contains("folded")));
    }
    if (!form.querySelector("[data-progress]")) return;
    const all = asked(form), done = all.filter(answered).length;
    const pace = Number(stored((box) => box.getItem("pace"))) || 5;
    const minutes = Math.ceil((all.length - done) * pace / 60);
    form.querySelector("[data-progress]").textContent = `${done}/${all.length} câu${done < all.length ? `, còn khoảng ${minutes} phút` : ""}`;
    form.querySelector("[data-progress-bar]").value = done / all.length;
  };

  // The row of digits writes letters on a Vietnamese keyboard, so the place of the key counts too.
  const placeOf = (event) => {
    if (event.shiftKey) return null;
    const digit = /^\d$/.test(event.key) ? event.key : /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    return digit ?? (letter && String(10 + letter.charCodeAt(0) - 65));
  };
  const answer = (block, place) => {
    const box = block.matches("[data-level]")
      ? block.querySelector(`[id$="-${place}"]`) : block.querySelectorAll("input")[place - 1];
    if (!box) return false;
    const before = said(block);
    box.click();
    if (before && before !== said(block)) count.edits += 1;
    live.textContent = box.parentElement.textContent.trim();
    if (box.type === "radio" && auto.checked) go(beside(block, 1)); else box.focus();
    return true;
  };
  const back = (block) => {
    const before = beside(block, -1);
    if (!before) return;
    if (before.matches("fieldset") && answered(before)) { clear(before); count.edits += 1; }
    for (const kind of ["input", "change"]) before.dispatchEvent(new Event(kind, { bubbles: true }));
    go(before);
  };

  form.addEventListener("keydown", (event) => {
    count.keystrokes += 1;
    if (event.key === "Enter" && event.ctrlKey) return form.requestSubmit(form.querySelector(".sticky-bar button"));
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const { target } = event;
    const block = blockOf(target);
    if (!block) return;
    if (event.key === "Enter" && (target.matches("input, select") || target.matches("textarea:placeholder-shown"))) {
      event.preventDefault();
      return go(beside(block, 1));
    }
    if (!target.matches("[type=radio], [type=checkbox]")) return;
    const place = block.matches("fieldset") && placeOf(event);
    if (event.key === "Backspace") { event.preventDefault(); back(block); }
    else if (place && answer(block, place)) event.preventDefault();
  });

  // A tap or click (never a key, which has no detail) brings the next question into view.
  form.addEventListener("click", (event) => {
    if (event.detail === 0 || !auto.checked || !event.target.matches("fieldset [type=radio]")) return;
    const block = blockOf(event.target);
    const step = block.closest(".step");
    const rest = asked(step);
    const after = rest[rest.indexOf(block) + 1];
    if (after) go(after, false);
    else if (phone.matches) next(step);
    else go(beside(block, 1), false);
  });
  form.addEventListener("focusin", (event) => {
    form.querySelector(".level.current")?.classList.remove("current");
    event.target.closest(".level")?.classList.add("current");
  });
  form.addEventListener("change", (event) => { if (event.target !== auto) { show(); tell(); } });
  addEventListener("pageshow", show);
  show();
  if (steps.length) unfold(steps[0]);
  form.entry = { auto, live, count, stored, show, tell, unfold, steps, said, asked, answersTo };
})();
