// What waits on this device. Every record is sealed with its person's key and on disk before anything is sent;
// it counts as sent only on the server's own receipt. Without storage the pages work as plain forms.
(() => {
  const TOGETHER = 4, LONGEST = 300_000, SENT_KEPT = 200;
  const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
  const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const here = document.body.dataset;
  const told = new EventTarget();

  let opening;
  const database = () => opening ??= new Promise((done, failed) => {
    const request = indexedDB.open("hailong", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("records", { keyPath: "id" });
      request.result.createObjectStore("facts");
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const within = async (store, mode, work) => {
    const transaction = (await database()).transaction(store, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(store));
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
  };
  const fact = (name) => within("facts", "readonly", (store) => store.get(name));
  const keep = (name, value) => within("facts", "readwrite", (store) => store.put(value, name));

  // me: the person whose records these are; net: "", "none", "portal" or "login".
  const state = { me: null, net: "", csrf: "", device: "", offset: 0 };
  const changed = () => told.dispatchEvent(new Event("change"));

  const mine = async () => (await within("records", "readonly", (store) => store.getAll()))
    .filter((record) => record.user === state.me?.id);
  const save = async ({ content, notes, ...plain }) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, state.me.key, encode({ content, notes }));
    const record = { tries: 0, next: 0, ...plain, user: state.me.id, at: plain.at ?? Date.now(), iv, sealed };
    await within("records", "readwrite", (store) => store.put(record));
    changed();
  };
  const unsealed = async ({ iv, sealed, ...plain }) =>
    ({ ...plain, ...decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, state.me.key, sealed)) });
  const get = async (id) => {
    const record = await within("records", "readonly", (store) => store.get(id));
    return record && record.user === state.me?.id ? unsealed(record) : null;
  };
  const list = async () => Promise.all((await mine()).map(unsealed));
  const remove = async (id) => { await within("records", "readwrite", (store) => store.delete(id)); changed(); };
  const exported = async (id) => {
    const { iv, sealed } = await within("records", "readonly", (store) => store.get(id));
    return JSON.stringify({ format: "hailong-record-1", username: state.me.username, id, iv: base64(iv), sealed: base64(sealed) });
  };
  const counts = async () => {
    const number = { draft: 0, waiting: 0, mend: 0, aside: 0, sent: 0 };
    let oldest = Infinity;
    for (const { state: now, at } of await mine()) { number[now] += 1; if (now === "waiting") oldest = Math.min(oldest, at); }
    return { ...number, oldest };
  };

  // Who is there: by the server's word where it can be heard, else as it was heard last.
  const become = async (user, facts) => {
    const same = state.me?.id === user.id && state.me.key;
    const key = same || await crypto.subtle.importKey("raw", bytes(user.key), "AES-GCM", false, ["encrypt", "decrypt"]);
    const before = state.me?.id;
    state.me = { ...facts, id: user.id, name: user.name, username: user.username, key };
    await keep("current", state.me);
    if (before && before !== user.id) told.dispatchEvent(new Event("person"));
  };
  const shell = async ({ shell: pages, shell_id: id }) => {
    if (!self.caches || await fact("shell") === id) return;
    const cache = await caches.open("hailong-shell");
    await cache.addAll(pages.map((page) => new Request(page, { cache: page.startsWith("/static/") ? "default" : "reload" })));
    const wanted = new Set(pages.map((page) => new URL(page, location).href));
    for (const old of await cache.keys()) if (!wanted.has(old.url)) await cache.delete(old);
    await keep("shell", id);
  };
  // Only what carries our mark was said by our server: the log-in page of a public network is JSON of nobody.
  const ask = async (method, path, body) => {
    let reply;
    try {
      reply = await fetch(path, {
        method, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(60_000),
        headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json", "X-CSRFToken": state.csrf }) },
        body: body && JSON.stringify(body),
      });
    } catch { state.net = "none"; return null; }
    const json = reply.headers.get("Content-Type")?.startsWith("application/json");
    const said = json ? await reply.json().catch(() => null) : null;
    if (!said) { state.net = reply.status >= 500 ? "none" : "portal"; return null; }
    return { status: reply.status, said, after: Number(reply.headers.get("Retry-After")) * 1000 };
  };
  const hello = async () => {
    const reply = await ask("GET", "/device/session");
    if (reply?.said.hailong !== 1) { if (reply) state.net = "portal"; return false; }
    const { user, csrf, now, ...facts } = reply.said;
    state.csrf = csrf;
    state.offset = Date.parse(now) - Date.now();
    state.net = user ? "" : "login";
    if (user) await become(user, facts);
    if (user) shell(facts).catch(() => {});
    return Boolean(user);
  };

  // What the server said of a record decides where it goes; whatever is unclear keeps waiting.
  const judge = async (record, reply) => {
    const { status, said, after } = reply ?? {};
    const { form_code, unit } = record.content;
    const notes = { sentence: said?.sentence, fields: said?.fields };
    if ((status === 200 || status === 201) && said.received === record.id && said.digest) {
      if (said.state === "void") return save({ ...record, state: "aside", notes });
      return save({ ...record, state: "sent", content: { form_code, unit }, notes: { digest: said.digest }, at: Date.now() });
    }
    if (status === 401) { state.net = "login"; return; }
    if (status === 422 || status === 413 || (status === 400 && said.code !== "form_expired")) return save({ ...record, state: "mend", notes });
    if (status === 409 || status === 403 || status === 404) return save({ ...record, state: "aside", notes });
    const tries = record.tries + 1;
    await save({ ...record, tries, next: Date.now() + Math.max(after || 0, Math.min(LONGEST, 2000 * 2 ** tries) * (.8 + Math.random() * .4)) });
  };
  const send = async (record) => {
    const { content, id } = await unsealed(record);
    const paradata = { ...content.paradata, device: state.device, sent_at: new Date().toISOString() };
    const reply = await ask("PUT", `/responses/${id}`, { ...content, paradata });
    await judge({ ...record, content }, reply);
    return reply;
  };

  let timer, pause = 2000, sending = false;
  const later = () => { clearTimeout(timer); timer = setTimeout(() => drain(), pause); pause = Math.min(LONGEST, pause * 2); };
  const alone = (work) => (navigator.locks ? navigator.locks.request("hailong-queue", { ifAvailable: true }, work) : work(true));
  const drain = (at_once) => alone(async (lock) => {
    if (!lock) return;
    sending = true;
    const due = async () => (await mine()).filter((each) => each.state === "waiting" && (at_once || each.next <= Date.now()))
      .sort((a, b) => a.at - b.at);
    let waiting = state.me ? await due() : [];
    if (await hello()) {
      waiting = await due();
      const taken = waiting.values();
      const work = async () => { for (const record of taken) { await send(record); if (state.net) return; } };
      await Promise.all(Array.from({ length: TOGETHER }, work));
      await report();
    }
    sending = false;
    changed();
    if (state.me && (await counts()).waiting) later(); else pause = 2000;
  });
  let reported = "";
  const report = async () => {
    const { draft: drafts, waiting, mend: to_mend, aside, oldest } = await counts();
    const now = { device: state.device, drafts, waiting, to_mend, aside, oldest_at: waiting ? new Date(oldest).toISOString() : null };
    if (JSON.stringify(now) !== reported && await ask("PUT", "/device/report", now)) reported = JSON.stringify(now);
    const sent = (await mine()).filter((each) => each.state === "sent").sort((a, b) => b.at - a.at);
    for (const old of sent.slice(SENT_KEPT)) await remove(old.id);
  };
  const try_now = () => { pause = 2000; return drain(true); };

  // Logging in without leaving the page.
  const log_in = async (username, password) => {
    await hello();
    const reply = await fetch("/login", {
      method: "POST", redirect: "manual", headers: { Accept: "application/json", "X-CSRFToken": state.csrf },
      body: new URLSearchParams({ username, password, csrf_token: state.csrf }),
    }).catch(() => null);
    const said = await reply?.json().catch(() => null);
    if (!said?.user) return said?.fields?.username ?? said?.sentence ?? "Chưa đăng nhập được. Hãy thử lại khi có mạng.";
    await try_now();
    return "";
  };

  const ready = (async () => {
    await database();
    state.device = await fact("device") ?? crypto.randomUUID();
    await keep("device", state.device);
    state.me = await fact("current") ?? null;
    if (here.person && state.me && String(state.me.id) !== here.person) state.me = null;
    if (here.person && !state.me) await hello();
    if (!state.me) throw new Error("nobody");
    return state.me;
  })();
  const persisted = () => navigator.storage?.persist?.().catch(() => false);

  self.hailong = { state, told, ready, save, get, list, remove, exported, counts, drain, try_now, ask, log_in, hello, sending: () => sending };
  ready.then(() => { persisted(); changed(); return drain(); }).catch(({ message }) => { state.refused = message !== "nobody"; changed(); });
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  addEventListener("online", try_now);
  addEventListener("focus", () => drain());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) drain(); });

  // The line on every page: what waits, and why.
  const line = document.getElementById("device-line");
  const SAYS = {
    none: "Chưa có mạng: phiếu được giữ trên máy và tự gửi khi có mạng.",
    portal: "Mạng này chặn đường (có thể là Wi-Fi phải đăng nhập riêng). Phiếu được giữ trên máy.",
    login: "Phiên đăng nhập đã hết. Phiếu được giữ trên máy; hãy đăng nhập để gửi.",
    refused: "Máy này không cho lưu phiếu khi mất mạng. Hãy giữ mạng khi nhập, hoặc bỏ chế độ ẩn danh.",
  };
  told.addEventListener("change", async () => {
    if (!line) return;
    const number = state.me ? await counts().catch(() => null) : null;
    const parts = number ? [
      number.waiting && `${number.waiting} phiếu chờ gửi`, number.mend && `${number.mend} phiếu cần sửa`,
      number.aside && `${number.aside} phiếu để riêng`, number.draft && `${number.draft} phiếu đang nhập dở`,
    ].filter(Boolean) : [];
    const why = state.refused ? SAYS.refused : state.net && (number?.waiting || state.net !== "login") ? SAYS[state.net] ?? "" : "";
    line.hidden = !why && !parts.length;
    line.querySelector("[data-says]").textContent = [parts.join(", "), why].filter(Boolean).join(". ");
    line.querySelector("[data-log-in]").hidden = state.net !== "login" || !number?.waiting;
    line.classList.toggle("warn", Boolean(why || number?.mend || number?.aside));
    const home = document.querySelector("[data-device-home]");
    if (!home) return;
    home.hidden = !parts.length;
    home.querySelector("[data-device-says]").textContent = `${parts.join(", ")}.`;
  });
  const dialog = document.getElementById("log-in-here");
  line?.querySelector("[data-log-in]").addEventListener("click", () => {
    dialog.querySelector("[name=username]").value = state.me?.username ?? "";
    dialog.showModal();
  });
  dialog?.querySelector("form").addEventListener("submit", async (event) => {
    if (event.submitter?.value === "later") return;
    event.preventDefault();
    const { username, password } = event.target.elements;
    const wrong = await log_in(username.value, password.value);
    dialog.querySelector("[role=alert]").textContent = wrong;
    if (!wrong) { password.value = ""; dialog.close(); }
  });
  told.addEventListener("person", () => { location.href = "/"; });

  // Logging out takes the key along: what is left unsent can be read by nobody until its person is back.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-log-out]") || form.dataset.asked || !state.me) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { waiting, mend, draft, aside } = await counts();
    const left = waiting + mend + draft + aside;
    if (left && !confirm(`Còn ${left} phiếu chưa gửi trên máy này. Nếu đăng xuất, phiếu vẫn nằm trên máy nhưng chỉ mở và gửi được khi chính bạn đăng nhập lại. Vẫn đăng xuất?`)) return;
    await within("facts", "readwrite", (store) => store.delete("current"));
    form.dataset.asked = "yes";
    form.requestSubmit();
  }, true);
})();
