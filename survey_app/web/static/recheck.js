// A supervisor's device: the re-checks that wait for her are kept sealed, so that each can be opened without a network;
// every answer is on disk at once, and a verdict waits there until the server has it. What was asked before is never here.
(() => {
  const device = self.hailong;
  if (!device) return;

  // --- What waits for her, as the server said it last ---
  const place = () => `tasks:${device.state.me.id}`;
  let kept = "";
  const keep_tasks = async () => {
    const { me, tasks } = device.state, now = JSON.stringify(tasks);
    if (!me || !tasks || now === kept) return;
    kept = now;
    await device.save({ id: place(), kind: "tasks", state: "tasks", content: { tasks } });
  };
  device.told.addEventListener("change", () => keep_tasks().catch(() => { kept = ""; }));
  const tasks = async () => device.state.tasks ?? (await device.get(place()))?.content.tasks ?? [];

  // --- On the page “Phiếu trên máy” ---
  const list = document.querySelector("[data-tasks]");
  const card = ({ uuid, form_code, unit, procedure }) => {
    const item = document.getElementById("task").content.firstElementChild.cloneNode(true);
    item.querySelector("h3").textContent = `Phiếu ${form_code}`;
    item.querySelector("p").textContent = [unit, procedure].filter(Boolean).join(" · ");
    Object.assign(item.querySelector("a"), { href: `/rechecks/${uuid}` }).setAttribute("aria-label", `Phúc tra phiếu ${form_code}`);
    return item;
  };
  let shown = "";
  const show = async () => {
    if (!list || !device.state.me) return;
    const begun = (await device.list()).map((each) => each.id);
    const left = (await tasks()).filter(({ uuid }) => !begun.includes(uuid)), mark = JSON.stringify(left);
    if (mark === shown) return;
    shown = mark;
    list.hidden = false;
    list.querySelector("ul").replaceChildren(...left.map(card));
    list.querySelector("[data-none]").hidden = left.length > 0;
  };
  device.told.addEventListener("change", () => show().catch(() => {}));

  // --- One re-check's form: from the server's page, or made from what the device keeps ---
  const worked = (form, id, task) => {
    const { says } = JSON.parse(document.getElementById("recheck-rules").textContent);
    let changed = form.hasAttribute("data-kept"), saving = null, again = false, closing = false, sent = false;
    const part = (name) => form.querySelector(`[data-${name}]`);

    // The form as what is sent, and back; "again-access_1" is a criterion asked again.
    const AGAIN = "again-", SAID = ["took_place", "used_service", "read_fairly"];
    const inputs = () => [...form.elements].filter(({ name, type }) => name && !/hidden|submit|button/.test(type));
    const read = () => {
      const found = { took_place_on: "", reasons: [], again: {}, version: task.version };
      for (const { name, type, value, checked } of inputs().filter((each) => !each.disabled)) {
        const [into, key] = name.startsWith(AGAIN) ? [found.again, name.slice(AGAIN.length)] : [found, name];
        if (type === "checkbox") into[key] = [...into[key], ...checked ? [value] : []];
        else if (type === "radio") into[key] = checked ? value.replace("NA", "N") : into[key] ?? "";
        else into[key] = value.trim();
      }
      return found;
    };
    const fill = ({ again: levels, ...facts }) => {
      for (const each of inputs()) {
        const value = each.name.startsWith(AGAIN) ? levels[each.name.slice(AGAIN.length)]?.replace("N", "NA") : facts[each.name];
        if (/radio|checkbox/.test(each.type)) each.checked = [value].flat().includes(each.value);
        else each.value = value ?? "";
      }
      form.entry?.show();
      form.entry?.tell();
    };
    // Hers in a line, to stand beside what somebody else found.
    const chosen = (name) => [...form.querySelectorAll(`#${name} input:checked:enabled`)].map((each) => each.parentElement.textContent.trim()).join(", ");
    const in_words = () => [
      ["Kết luận:", chosen("verdict")], ["lý do:", chosen("reasons")], ...SAID.map((name, place) => [`(${"abc"[place]})`, chosen(name)]),
      ["(d)", Object.values(read().again).map((level) => ({ N: "không áp dụng", "-": "không nhớ" })[level] ?? level).filter(Boolean).join(", ")],
      ["ghi chú:", form.elements.note.value.trim()],
    ].filter(([, text]) => text).map((each) => each.join(" ")).join("; ");

    // On disk, at once.
    const record = (state, facts) => ({ id, kind: "recheck", state,
      content: { form_code: task.form_code, unit: task.unit, task, says: in_words(), judged: { ...read(), ...facts } } });
    const keep = async () => {
      if (!device.state.me || closing) return;
      if (saving) { again = true; return; }
      try {
        saving = device.save(record("draft"));
        await saving;
        device.state.refused = false;
        form.dataset.saved = String(Date.now());
      } catch { device.state.refused = true; device.told.dispatchEvent(new Event("change")); }
      saving = null;
      if (again) { again = false; await keep(); }
    };
    const touched = ({ target }) => {
      if (!target.name) return;
      changed = true;
      sent = false;
      part("done").hidden = true;
      keep();
    };
    for (const kind of ["input", "change"]) form.addEventListener(kind, touched);

    // What must be right; the server asks the same again.
    const field = (name) => (name === "again" ? AGAIN + task.criteria[0] : task.criteria.includes(name) ? AGAIN + name : name);
    const put = (name, sentence) => {
      const target = document.getElementById(name), block = target?.closest("fieldset, .field");
      if (!block) return;
      block.classList.toggle("wrong", Boolean(sentence));
      block.querySelector(".error")?.remove();
      target.toggleAttribute("aria-invalid", Boolean(sentence));
      if (!sentence) return target.removeAttribute("aria-describedby");
      const error = Object.assign(document.createElement("p"), { className: "error", id: `${name}-error`, textContent: sentence });
      target.setAttribute("aria-describedby", error.id);
      block.querySelector("legend, label").after(error);
    };
    const wrong = (fields) => {
      for (const block of form.querySelectorAll(".wrong")) put(block.id || block.querySelector("[id]").id, "");
      document.querySelector(".error-summary")?.remove();
      const list = Object.entries(fields).map(([name, sentence]) => [field(name), sentence]).filter(([name]) => document.getElementById(name));
      if (!list.length) return;
      const box = document.getElementById("error-summary").content.firstElementChild.cloneNode(true);
      box.querySelector("h2").textContent = `Có ${list.length} chỗ cần sửa`;
      box.querySelector("ul").append(...list.map(([name, sentence]) => {
        put(name, sentence);
        const item = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: `#${name}`, textContent: sentence });
        link.addEventListener("click", () => form.entry?.unfold(document.getElementById(name).closest(".step")));
        item.append(link);
        return item;
      }));
      form.before(box);
      box.focus();
    };
    const mistakes = (found) => {
      const { verdict, reasons, note, took_place, took_place_on: day } = found, fields = {};
      const levels = Object.values(found.again).filter((level) => level && level !== "-");
      if (!verdict) fields.verdict = says.recheck_verdict;
      if (day && !/^\d{1,2}\/\d{1,2}\/\d{4}$/.test(day)) fields.took_place_on = says.recheck_day.replace("{value}", day);
      if (verdict === "unreachable" && (levels.length || SAID.some((name) => found[name]))) fields.verdict = says.recheck_unreached_answers;
      if (verdict === "confirmed") {
        for (const name of SAID) if (!found[name]) fields[name] = says.recheck_answer_missing;
        if (!levels.length) fields.again = says.recheck_again_missing;
        if (found.used_service === "no") fields.verdict = says.recheck_not_a_user;
        if (took_place === "no") fields.verdict = says.recheck_no_interview;
      }
      if (verdict === "failed" && !reasons.length && !SAID.some((name) => found[name] === "no")) fields.reasons = says.recheck_reason_missing;
      if (verdict === "failed" && reasons.includes("other_finding") && !note) fields.note = says.recheck_other_note;
      return fields;
    };

    // Sending: the device keeps the verdict first, then the server gets it.
    const say = (text) => { part("done").hidden = false; part("done").querySelector("p").textContent = text; };
    const refused = ({ notes, state }) => {
      const box = part("refused"), fields = notes?.fields ?? {};
      box.hidden = !notes?.sentence;
      box.querySelector("p").textContent = notes?.sentence ?? "";
      box.querySelector("ul").replaceChildren(...Object.entries(fields).filter(([name]) => !document.getElementById(field(name)))
        .map(([, text]) => Object.assign(document.createElement("li"), { textContent: text })));
      if (state === "mend") wrong(fields);
    };
    const look = async () => {
      const now = await device.get(id);
      if (now?.state === "sent") return location.reload(); // what was answered before may be seen now
      if (now?.state === "waiting") return say(device.state.net ? "Đã lưu kết luận trên máy này. Chờ mạng để gửi." : "Đã lưu kết luận trên máy này. Đang gửi…");
      part("done").hidden = true;
      // Somebody judged meanwhile: her page is old, the new one shows what was found, and this device keeps hers.
      if (now?.notes?.fields?.stored && form.hasAttribute("action")) return location.reload();
      if (now) refused(now);
    };
    device.told.addEventListener("change", () => { if (sent) look().catch(() => {}); });
    form.addEventListener("submit", async (event) => {
      const plain = form.hasAttribute("action") && (!device.state.me || device.state.refused);
      if (plain) { changed = false; return; }
      event.preventDefault();
      if (closing) return;
      const found = mistakes(read());
      wrong(found);
      if (Object.keys(found).length) return;
      closing = true;
      try {
        while (saving) await saving;
        await device.save(record("waiting", { claimed_at: new Date().toISOString() }));
      } catch {
        device.state.refused = true;
        return say("Máy không giữ được kết luận này. Hãy giữ trang này mở, giải phóng bộ nhớ rồi lưu lại.");
      } finally { closing = false; }
      changed = false;
      sent = true;
      await device.try_now();
      await look();
      form.scrollIntoView({ block: "start" });
    });
    addEventListener("beforeunload", (event) => { if (changed && (!device.state.me || device.state.refused)) event.preventDefault(); });

    return async (known) => {
      // Who began to type before the device was ready goes on with that.
      if (changed) await keep();
      else if (known && known.state !== "sent") {
        form.closest("details")?.setAttribute("open", "");
        fill(known.content.judged);
        refused(known);
        if (known.state === "aside") part("refused").scrollIntoView({ block: "center" });
        if (known.state === "waiting") { sent = true; await look(); }
      }
      form.dataset.ready = "";
    };
  };

  // Without a network the page is the kept one: the form of the re-check's own questionnaire, with what she is to ask again.
  const made = (task) => {
    const kept_form = task && document.querySelector(`template[data-questionnaire="${task.questionnaire}"]`);
    if (!kept_form) return null;
    const form = kept_form.content.querySelector("form").cloneNode(true);
    for (const block of form.querySelectorAll("[data-level]")) if (!task.criteria.includes(block.id.slice(6))) block.remove();
    kept_form.after(form);
    document.querySelector("h1").textContent = `Phúc tra phiếu ${task.form_code}`;
    document.querySelector("[data-about]").textContent = [task.unit, task.procedure].filter(Boolean).join(" · ");
    document.body.append(Object.assign(document.createElement("script"), { src: document.querySelector("[data-keys]").dataset.keys }));
    return form;
  };
  const open = async () => {
    const there = document.querySelector("form[data-recheck]"), missing = document.querySelector("[data-missing]");
    if (!there && !missing) return;
    const id = there?.dataset.recheck ?? location.pathname.split("/").pop();
    const begin = there && worked(there, id, JSON.parse(document.getElementById("recheck-rules").textContent).task);
    await device.ready.catch(() => {});
    const known = device.state.me ? await device.get(id).catch(() => null) : null;
    if (begin) return begin(known);
    const task = device.state.me ? (await tasks()).find(({ uuid }) => uuid === id) ?? known?.content.task : null;
    const form = made(task);
    missing.hidden = Boolean(form);
    if (form) await worked(form, id, task)(known);
  };
  open().catch(() => {});
})();
