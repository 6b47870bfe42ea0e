// The entry form on a device: each answer is on disk at once, a finished form waits there until the server has it.
// Rules are checked here so that they hold without a network; the server checks them again.
(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const rules = JSON.parse(document.getElementById("entry-rules").textContent);
  const kind = form.dataset.entry;
  const device = kind === "second" ? null : self.hailong; // a blind second entry is nobody's response
  const { auto, live, count, stored, show, tell, unfold, steps, said, asked, answersTo } = form.entry;
  const field = (name) => form.elements[name];
  let changed = form.hasAttribute("data-kept");

  // --- How the form comes about ---
  const IDLE = 120;
  const fresh = () => ({ opened_at: new Date().toISOString(), first_answer_at: null, seconds: {}, active: 0 });
  let making = fresh(), seen = Date.now();
  const spend = (target) => {
    const passed = Math.min(IDLE, (Date.now() - seen) / 1000);
    seen = Date.now();
    making.first_answer_at ??= new Date().toISOString();
    making.active += passed;
    const name = target.closest?.(".step")?.dataset.step ?? "form";
    making.seconds[name] = (making.seconds[name] ?? 0) + passed;
  };

  // --- On the device, at once ---
  const content = () => {
    const answers = {}, details = {};
    for (const block of form.querySelectorAll("fieldset[data-level]")) answers[block.id] = answersTo(block.id)[0] ?? "";
    for (const name of rules.questions) {
      const all = [...form.querySelectorAll(`[name="${name}"]:enabled`)];
      if (!all.length) continue;
      const value = all[0].type === "checkbox" ? answersTo(name) : all[0].type === "radio" ? answersTo(name)[0] ?? "" : all[0].value;
      if (value.length) details[name] = value;
    }
    const version = Number(field("version").value);
    const how = { ...making, ...count, device: device?.state.device };
    return {
      campaign: rules.campaign, unit: field("unit").value, form_code: field("form_code").value.trim(), mode: field("mode").value,
      answers, details, accept_invalid: Boolean(field("accept_invalid")?.checked), ...(version && { version }),
      ...(kind === "returned" && { reason: field("reason").value.trim() }), confirmed: [...confirmed],
      paradata: { ...how, active: Math.round(making.active), seconds: Object.fromEntries(
        Object.entries(making.seconds).map(([name, value]) => [name, Math.round(value)])) },
    };
  };
  const skipped = () => Object.fromEntries([...form.querySelectorAll("[data-show-if][hidden]")].filter(said)
    .map((block) => [block.querySelector("input, select, textarea").name,
      [...block.querySelectorAll("input, select, textarea")].filter((each) => !/radio|checkbox/.test(each.type) || each.checked).map((each) => each.value)]));
  const fill = (name, value) => {
    const wanted = [value].flat().map(String);
    for (const each of form.querySelectorAll(`[name="${name}"]`)) {
      if (/radio|checkbox/.test(each.type)) each.checked = wanted.includes(each.value);
      else each.value = wanted[0] ?? "";
    }
  };
  let confirmed = new Set(), id = field("uuid").value, saving = null, again = false, closing = false;
  if (kind === "new" && !changed && crypto.randomUUID) field("uuid").value = id = crypto.randomUUID();
  const record = (state) => ({ id, kind, state, campaign: rules.campaign, form_code: field("form_code").value.trim(), content: content(), notes: { aside: skipped() } });
  const keep = async () => {
    if (!device?.state.me || closing) return;
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
  const restore = ({ content: told, notes, kind: was }) => {
    // A correction is based on the version the page shows, not on one that was returned before.
    if (was !== "returned") field("version").value = told.version ?? "";
    for (const name of rules.questions) fill(name, []);
    for (const block of form.querySelectorAll("fieldset[data-level]")) fill(block.id, []);
    if (told.accept_invalid && field("accept_invalid")) {
      field("accept_invalid").checked = true;
      document.querySelector("[data-accept]").hidden = false;
    }
    confirmed = new Set(told.confirmed);
    if (told.paradata?.opened_at) {
      const { edits, keystrokes, ...rest } = told.paradata;
      making = { ...fresh(), ...rest };
      Object.assign(count, { edits, keystrokes });
    }
    for (const name of ["unit", "form_code", "mode"]) fill(name, told[name]);
    if (was === "returned" && field("reason")) fill("reason", told.reason ?? "");
    for (const [name, value] of Object.entries({ ...notes?.aside, ...told.answers, ...told.details })) fill(name, value);
    show();
    // A question that only shows after an answer was filled in just now.
    for (const [name, value] of Object.entries(told.details)) fill(name, value);
    show();
    if (notes?.fields) wrong(Object.entries(notes.fields));
    changed = true;
    tell();
  };

  form.addEventListener("input", (event) => { if (event.target !== auto) { changed = true; spend(event.target); keep(); } });
  form.addEventListener("change", (event) => {
    if (event.target === auto) return;
    changed = true;
    if (event.target.name === "form_code") code();
  });

  // --- What must be right, and what is only odd ---
  const put = (name, sentence) => {
    const target = document.getElementById(name) ?? field(name);
    const block = target?.closest?.("fieldset, .field");
    if (!block) return;
    block.classList.toggle("wrong", Boolean(sentence));
    block.querySelector(".error")?.remove();
    const input = block.matches("fieldset") ? block : target;
    input.toggleAttribute("aria-invalid", Boolean(sentence));
    if (!sentence) return input.removeAttribute("aria-describedby");
    const error = Object.assign(document.createElement("p"), { className: "error", id: `${name}-error`, textContent: sentence });
    input.setAttribute("aria-describedby", error.id);
    block.querySelector("legend, label").after(error);
  };
  const wrong = (list) => {
    for (const block of form.querySelectorAll(".wrong")) put(block.id || block.querySelector("[id]").id, "");
    document.querySelector(".error-summary")?.remove();
    if (!list.length) return;
    const box = document.getElementById("error-summary").content.firstElementChild.cloneNode(true);
    box.querySelector("h2").textContent = `Có ${list.length} chỗ cần sửa`;
    box.querySelector("ul").append(...list.map(([name, sentence]) => {
      put(name, sentence);
      const item = document.createElement("li");
      const asked = rules.questions.includes(name) && document.getElementById(name)?.closest("fieldset, .field");
      const where = asked ? `${asked.querySelector("legend, label").textContent.trim()} ` : "";
      const link = Object.assign(document.createElement("a"), { href: `#${name}`, textContent: where + sentence });
      link.addEventListener("click", () => { const step = document.getElementById(name)?.closest(".step"); if (step) unfold(step); });
      item.append(link);
      return item;
    }));
    form.before(box);
    box.focus();
  };
  const mistakes = ({ unit, form_code, answers, details, accept_invalid, reason }) => {
    const says = rules.sentences, found = [];
    if (!new RegExp(rules.form_code).test(form_code)) found.push(["form_code", says.form_code]);
    else if (taken === form_code) found.push(["form_code", says.form_code_taken.replace("{value}", form_code)]);
    if (!unit) found.push(["unit", says.unit_not_yours]);
    for (const name of rules.required) {
      if (!details[name]?.length && form.querySelector(`[name="${name}"]:enabled`)) found.push([name, says.answer_missing]);
    }
    for (const { name, low, high } of rules.numbers) {
      const value = details[name];
      if (value && !(/^ *\d{1,9} *$/.test(value) && low <= Number(value) && Number(value) <= high)) {
        found.push([name, says.whole_range.replace("{value}", value).replace("{low}", low).replace("{high}", high)]);
      }
    }
    if (kind === "returned" && !reason) found.push(["reason", says.correction_reason]);
    const asked_for = rules.least.codes.filter((name) => answers[name] !== "NA");
    const enough = asked_for.length && asked_for.filter((name) => answers[name]).length >= rules.least.share * asked_for.length;
    if (!enough && !accept_invalid && !found.length) {
      document.querySelector("[data-accept]").hidden = false;
      found.push(["accept_invalid", says.too_few_answers]);
    }
    return found;
  };
  const holds = ({ question, answers, below, above }, given) => {
    const value = given[question];
    if (below !== undefined || above !== undefined) return /^ *\d+ *$/.test(value ?? "") && (Number(value) < below || Number(value) > above);
    return [value].flat().some((each) => answers.includes(each));
  };
  const oddities = ({ answers, details }) => rules.doubts.filter(({ when, one_level, not_applicable }) => {
    const levels = Object.values(answers);
    const given = levels.filter((each) => each && each !== "NA");
    if (one_level) return given.length >= one_level && new Set(given).size === 1;
    if (not_applicable) return levels.filter((each) => each === "NA").length > not_applicable * levels.length;
    return when.every((clause) => holds(clause, { ...answers, ...details }));
  });
  const doubtful = (list) => {
    const box = form.querySelector("[data-doubts]");
    box.hidden = !list.length;
    box.querySelector("ul").replaceChildren(...list.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text })));
    if (list.length) box.querySelector("button").focus();
  };

  // --- The form code: known before the form is filled in ---
  let taken = null;
  const work = () => device?.state.me?.campaigns?.find((each) => each.code === rules.campaign);
  const code = async () => {
    const typed = field("form_code").value.trim();
    put("form_code", "");
    taken = null;
    if (!typed) return;
    const row = work()?.rows?.find((each) => each.form_code === typed);
    if (row) fill("unit", row.unit);
    const others = device?.state.me ? await device.list() : [];
    let is_taken = others.some((each) => each.id !== id && each.state !== "draft" && each.campaign === rules.campaign && each.content.form_code === typed);
    if (!is_taken && device && navigator.onLine) {
      const reply = await device.ask("GET", `/campaigns/${rules.campaign}/form-codes?${new URLSearchParams({ code: typed, but: id })}`);
      is_taken = reply?.said.free === false;
    }
    if (!is_taken || field("form_code").value.trim() !== typed) return;
    taken = typed;
    put("form_code", rules.sentences.form_code_taken.replace("{value}", typed));
    live.textContent = rules.sentences.form_code_taken.replace("{value}", typed);
  };
  const following = (last) => {
    const rows = work()?.rows ?? [];
    const at = rows.findIndex((each) => each.form_code === last);
    if (at >= 0) return rows[at + 1]?.form_code ?? "";
    const [, head, tail] = /^(.*?)(\d+)$/.exec(last) ?? [];
    return tail ? head + String(Number(tail) + 1).padStart(tail.length, "0") : "";
  };

  // --- Sending: the device keeps the form first, then the server gets it ---
  const done = form.querySelector("[data-done]");
  const finished = async () => {
    const { form_code, unit, mode } = content();
    const seconds = making.active, { edits, keystrokes: keys } = count;
    const all = asked(form).length;
    stored((box) => box.setItem("pace", String((Number(box.getItem("pace")) || 5) * .8 + .2 * seconds / Math.max(1, all))));
    const parts = [`${Math.floor(seconds / 60)} phút ${Math.round(seconds % 60)} giây`];
    if (keys > all / 2) parts.push(`${keys} phím, ${Math.round(keys * 3600 / Math.max(1, seconds)).toLocaleString("vi")} phím/giờ`);
    parts.push(`sửa ${edits} lần`);
    changed = false;
    if (kind !== "new") { location.href = kind === "returned" ? "/" : `/campaigns/${rules.campaign}/responses/new`; return; }
    form.reset();
    for (const each of form.querySelectorAll("[type=radio]:checked, [type=checkbox]:checked")) if (each !== auto) each.checked = false;
    for (const each of form.querySelectorAll("[type=text], textarea")) each.value = "";
    id = crypto.randomUUID();
    closing = false;
    sessionStorage.setItem("open", id);
    field("uuid").value = id;
    field("version").value = "";
    fill("unit", unit);
    fill("mode", mode);
    fill("form_code", following(form_code));
    making = fresh();
    Object.assign(count, { edits: 0, keystrokes: 0 });
    seen = Date.now();
    confirmed = new Set();
    wrong([]);
    doubtful([]);
    show();
    unfold(steps[0]);
    history.replaceState(null, "", location.pathname);
    done.hidden = false;
    done.querySelector("p").textContent = `Đã lưu phiếu ${form_code} trên máy: ${parts.join("; ")}.`;
    receipts(form_code);
    scrollTo(0, 0);
    field("form_code").focus();
    field("form_code").select();
    code();
  };
  // The device never says "received" without the server's own answer.
  const receipts = async (form_code) => {
    const told = done.querySelector("[data-received]");
    const sent = record_of[form_code];
    const look = async () => {
      const now = await device.get(sent);
      if (!now || now.state === "waiting") return;
      device.told.removeEventListener("change", look);
      told.textContent = { sent: `Máy chủ đã nhận phiếu ${form_code}.`, mend: `Phiếu ${form_code} cần sửa: xem “Phiếu trên máy”.`, aside: `Phiếu ${form_code} được để riêng: xem “Phiếu trên máy”.`, kept: `Mã ${form_code} trùng: máy chủ đã giữ phiếu, chờ điều phối viên quyết định. Nếu gõ nhầm, sửa mã ở “Phiếu trên máy”.` }[now.state] ?? "";
    };
    told.textContent = "Đang gửi…";
    device.told.addEventListener("change", look);
    if (device.state.net) told.textContent = "Chờ mạng để gửi.";
    await device.try_now();
    if (device.state.net) told.textContent = "Chờ mạng để gửi.";
    look();
  };
  const record_of = {};
  const draft = async () => {
    const was = id;
    await keep();
    const reply = await device.ask("PUT", `/responses/${was}`, { ...content(), draft: true });
    if (id !== was || closing) return null;
    if (reply?.said.version) { field("version").value = reply.said.version; await keep(); }
    return reply;
  };
  // A device that cannot keep the form sends it straight; without a network the page is all there is.
  const straight = async (as_draft) => {
    if (await device.hello().catch(() => false)) {
      changed = false;
      field("csrf_token").value = device.state.csrf;
      if (as_draft) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "action", value: "draft" }));
      form.submit();
      return;
    }
    say(device.state.net === "login"
      ? "Phiên đăng nhập đã hết và máy không giữ được phiếu. Hãy giữ trang này mở, đăng nhập ở thẻ khác rồi gửi lại."
      : "Máy không giữ được phiếu và chưa có mạng. Hãy giữ trang này mở, giải phóng bộ nhớ hoặc tìm mạng rồi gửi lại.");
  };
  const say = (text) => {
    done.hidden = false;
    done.querySelector("p").textContent = text;
    done.querySelector("[data-received]").textContent = "";
    done.scrollIntoView({ block: "center" });
  };
  form.addEventListener("submit", async (event) => {
    if (!device) { changed = false; return; }
    event.preventDefault();
    if (closing) return;
    const as_draft = event.submitter?.value === "draft";
    if (!device.state.me || device.state.refused) return straight(as_draft);
    spend(event.target);
    if (as_draft) {
      const was = id, reply = await draft();
      if (id !== was) return;
      changed = false;
      const fields = Object.entries(reply?.said.fields ?? {});
      if (fields.length) return wrong(fields);
      return say(reply?.said.received ? "Đã lưu nháp trên máy và trên máy chủ. Phiếu nháp chưa được tính ở đâu cả." : "Đã lưu nháp trên máy này.");
    }
    if (event.submitter?.hasAttribute("data-confirm")) for (const each of oddities(content())) confirmed.add(each.code);
    const now = content();
    const found = mistakes(now);
    if (found.length) return wrong(found);
    wrong([]);
    const odd = oddities(now).filter((each) => !confirmed.has(each.code));
    if (odd.length) return doubtful(odd);
    making.finished_at = new Date().toISOString();
    closing = true;
    try { while (saving) await saving; await device.save(record("waiting")); } catch { closing = false; return straight(); }
    record_of[now.form_code] = id;
    await finished();
  });

  // --- Opening: a new form, one begun before, or one to be mended ---
  const open = async () => {
    try { await device.ready; } catch (nobody) {
      const alone = form.hasAttribute("data-shell") && nobody.message === "nobody";
      form.hidden = alone;
      document.querySelector("[data-nobody]").hidden = !alone;
      return;
    }
    const options = (list) => list.map(([value, text]) => new Option(text, value));
    if (form.hasAttribute("data-shell")) {
      const here = work();
      if (here) {
        field("unit").replaceChildren(...(here.units.length === 1 ? [] : [new Option("(chọn đơn vị)", "")]), ...options(here.units));
        field("mode").replaceChildren(...options(here.modes));
      }
    }
    const row = new URLSearchParams(location.search).get("form_code");
    const wanted = kind === "new" ? location.hash.slice(1) || sessionStorage.getItem("open") : id;
    const known = wanted ? await device.get(wanted).catch(() => null) : null;
    const fits = known && ["draft", "mend", "aside", "kept", "waiting"].includes(known.state) && known.campaign === rules.campaign
      && (kind === "returned") === (known.kind === "returned")
      && (kind !== "new" || location.hash || !row || known.form_code === row);
    // Who began to type before the device was ready goes on with that.
    if (changed) await keep();
    else if (fits) {
      id = known.id;
      field("uuid").value = id;
      restore(known);
    }
    if (kind === "new") sessionStorage.setItem("open", id);
    const begun = (await device.list()).filter((each) => each.state === "draft" && each.id !== id && each.campaign === rules.campaign && each.kind !== "returned");
    const box = form.querySelector("[data-begun]");
    box.hidden = !begun.length || kind !== "new";
    box.querySelector("ul").replaceChildren(...begun.slice(0, 5).map((each) => {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("a"), { href: `#${each.id}`, textContent: `Tiếp tục phiếu ${each.content.form_code || "chưa có mã"}, ${new Date(each.at).toLocaleString("vi")}` }));
      return item;
    }));
  };
  addEventListener("hashchange", () => { if (location.hash.length === 37) { sessionStorage.setItem("open", location.hash.slice(1)); location.reload(); } });
  // A draft on the server as well, where there is a network and a form takes long.
  setInterval(() => { if (changed && device?.state.me && !device.state.net && kind !== "returned" && field("form_code").value.trim() && making.active > 60) draft().catch(() => {}); }, 60_000);
  addEventListener("beforeunload", (event) => { if (changed && (!device?.state.me || device.state.refused)) event.preventDefault(); });
  if (device) open().catch(() => {});
})();
