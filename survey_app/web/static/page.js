// Every page: focus the error summary, follow its links into the fields, send a form once,
// tick every row of a list, keep the headings of tables that fit in sight and the menu's present place in view.
(() => {
  document.querySelector("[data-focus]")?.focus();

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    const input = target.matches("fieldset") ? target.querySelector("input:checked") ?? target.querySelector("input") : target;
    input.focus({ preventScroll: true });
    (target.closest(".field, .level") ?? target).scrollIntoView({ block: "center" });
  });

  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    // A person who stopped the page from loading may send again; the server knows a repeated id.
    setTimeout(release, 15000, form);
  });
  addEventListener("pageshow", () => { for (const form of document.forms) release(form); });

  const all = document.querySelector("[data-check-all]");
  if (all) {
    const boxes = [...all.form.querySelectorAll("input[name=row]")];
    const count = () => {
      const ticked = boxes.filter((each) => each.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.closest("label").hidden = false;
    all.addEventListener("change", () => { for (const each of boxes) each.checked = all.checked; });
    for (const each of boxes) each.addEventListener("change", count);
    addEventListener("pageshow", count);
  }

  const fit = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth;
      target.classList.toggle("fits", !wide);
      if (wide) target.tabIndex = 0; else target.removeAttribute("tabindex");
    }
  });
  for (const region of document.querySelectorAll(".table-region")) fit.observe(region);

  const here = document.querySelector(".main-nav [aria-current]");
  if (here) here.closest("ul").scrollLeft = here.offsetLeft - 24;
})();
