// The list of what waits on this device, each record to be opened, sent again, exported sealed, or deleted alone.
(() => {
  const device = self.hailong;
  const place = document.querySelector("[data-records]");
  const STATES = {
    mend: "Cần sửa", aside: "Để riêng", kept: "Trùng mã, máy chủ đã giữ, chờ quyết định", waiting: "Chờ gửi", draft: "Đang nhập dở",
    settled: "Trùng mã, đã quyết định", sent: "Máy chủ đã nhận",
  };
  const button = (text, work, kind = "secondary") => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, className: `${kind} small-button` });
    made.addEventListener("click", work);
    return made;
  };
  const download = async ({ id, content }) => {
    const text = await device.exported(id);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `phieu-${(content.form_code || id).replace(/[^\w.-]/g, "_")}.hailong`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const drop = async ({ id, state, content }) => {
    const name = content.form_code || "chưa có mã";
    const question = state === "kept" ? `Xóa phiếu ${name} khỏi máy này? Máy chủ vẫn giữ một bản chờ quyết định, nhưng bạn không sửa được mã nữa.`
      : `Xóa hẳn phiếu ${name} khỏi máy này? Phiếu chưa được máy chủ nhận; xóa rồi không lấy lại được.`;
    if (state === "sent" || state === "settled" || confirm(question)) await device.remove(id);
  };
  const card = (record) => {
    const { id, kind, state, at, content, notes } = record;
    const item = document.getElementById("record").content.firstElementChild.cloneNode(true);
    const say = (name, text) => { item.querySelector(`[data-${name}]`).textContent = text; };
    item.classList.toggle("urgent", state === "mend" || state === "aside");
    item.querySelector("h3").textContent = `${kind === "recheck" ? "Phúc tra phiếu" : "Phiếu"} ${content.form_code || "chưa có mã"}`;
    say("state", STATES[state]);
    say("when", new Date(at).toLocaleString("vi"));
    say("why", notes?.sentence ?? "");
    say("own", content.says ? `Bản của bạn: ${content.says}` : "");
    item.querySelector("[data-fields]").append(...Object.values(notes?.fields ?? {}).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    if (state === "sent") return item;
    const open = kind === "recheck" ? `/rechecks/${id}` : kind === "returned" ? `/responses/${id}/edit` : `/campaigns/${content.campaign}/responses/new#${id}`;
    const link = Object.assign(document.createElement("a"), { href: open, textContent: "Mở", className: "button small-button" });
    const actions = item.querySelector(".actions");
    if (state !== "settled") actions.append(link);
    if (state !== "draft" && state !== "settled") actions.append(button(state === "kept" ? "Hỏi lại" : "Gửi lại", async () => { await device.over(record, { ...record, state: "waiting", tries: 0, next: 0 }); device.try_now(); }));
    actions.append(button("Xuất tệp", () => download(record)), button("Xóa", () => drop(record), "quiet"));
    return item;
  };
  // Many changes come at once: only the last is shown, and nothing moves under a finger where nothing changed.
  let turn = 0, seen = "";
  const show = async () => {
    const now = ++turn;
    const { me } = device.state;
    document.querySelector("[data-who]").textContent = me ? `Đang dùng máy: ${me.name}.` : "Chưa có ai đăng nhập trên máy này.";
    if (!me) return;
    document.querySelector("[data-forms]").replaceChildren(...(me.campaigns ?? []).map(({ code, name }) =>
      Object.assign(document.createElement("a"), { className: "button secondary", href: `/campaigns/${code}/responses/new`, textContent: `Nhập phiếu mới: ${name}` })));
    const records = (await device.list()).sort((a, b) => b.at - a.at);
    const { oldest: _oldest, ...number } = await device.counts();
    const mark = JSON.stringify([me.id, records.map(({ id, state, at, iv }) => [id, state, at, [...iv]])]);
    if (now !== turn || mark === seen) return;
    seen = mark;
    const unread = Object.values(number).reduce((sum, each) => sum + each, 0) - records.length;
    if (unread) document.querySelector("[data-who]").textContent += ` ${unread} phiếu không đọc được trên máy này; hãy báo điều phối viên.`;
    const unsent = Object.keys(STATES).flatMap((state) => records.filter((each) => each.state === state)).filter(({ state }) => state !== "sent");
    const sent = records.filter(({ state }) => state === "sent");
    const list = (some) => { const made = Object.assign(document.createElement("ul"), { className: "cards" }); made.append(...some.map(card)); return made; };
    const parts = unsent.length ? [list(unsent)] : [document.getElementById("empty").content.cloneNode(true)];
    if (sent.length) {
      const more = Object.assign(document.createElement("details"), { className: "more" });
      more.append(Object.assign(document.createElement("summary"), { textContent: `Máy chủ đã nhận (${sent.length} phiếu gần đây)` }), list(sent));
      parts.push(more);
    }
    place.replaceChildren(...parts);
  };
  document.querySelector("[data-send]").addEventListener("click", () => device.try_now());
  device.told.addEventListener("change", show);
  show();
})();
