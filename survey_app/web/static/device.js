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
    request.onsuccess = () => {
      const lost = () => { opening = null; };
      request.result.onclose = lost;
      request.result.onversionchange = () => { request.result.close(); lost(); };
      done(request.result);
    };
    request.onerror = () => failed(request.error);
  });
  const within = async (store, mode, work) => {
    const begin = async () => (await database()).transaction(store, mode, { durability: "strict" });
    const transaction = await begin().catch(() => { opening = null; return begin(); });
    const asked = work(transaction.objectStore(store));
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
  };
  const fact = (name) => within("facts", "readonly", (store) => store.get(name));
  const keep = (name, value) => within("facts", "readwrite", (store) => store.put(value, name));

  // me: the person whose records these are; net: "", "none", "portal" or "login".
  const state = { me: null, net: "", csrf: "", device: "" };
  const changed = () => told.dispatchEvent(new Event("change"));

  const mine = async () => (await within("records", "readonly", (store) => store.getAll()))
    .filter((record) => record.user === state.me?.id);
  const seal = async ({ content, notes, iv: _iv, sealed: _sealed, ...plain }) => {
    const { me } = state, iv = crypto.getRandomValues(new Uint8Array(12));
    const inside = encode({ id: plain.id, user: me.id, content, notes });
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, me.key, inside);
    return { tries: 0, next: 0, ...plain, user: me.id, at: plain.at ?? Date.now(), iv, sealed };
  };
  const save = async (record) => {
    const made = await seal(record);
    await within("records", "readwrite", (store) => store.put(made));
    changed();
  };
  // What was read may have been written anew since: only what was read is written over.
  const over = async (before, record) => {
    const made = await seal(record);
    await within("records", "readwrite", (store) => {
      const asked = store.get(before.id);
      asked.onsuccess = () => { if (String(asked.result?.iv) === String(before.iv)) store.put(made); };
      return asked;
    });
    changed();
  };
  const unsealed = async ({ sealed, ...plain }) =>
    ({ ...plain, ...decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: plain.iv }, state.me.key, sealed)) });
  const get = async (id) => {
    const record = await within("records", "readonly", (store) => store.get(id));
    return record && record.user === state.me?.id ? unsealed(record) : null;
  };
  // One record that cannot be read hides no other.
  const list = async () => (await Promise.allSettled((await mine()).map(unsealed)))
    .filter(({ value }) => value).map(({ value }) => value);
  const remove = async (id) => { await within("records", "readwrite", (store) => store.delete(id)); changed(); };
  const exported = async (id) => {
    const { iv, sealed } = await within("records", "readonly", (store) => store.get(id));
    return JSON.stringify({ format: "hailong-record-2", username: state.me.username, id, iv: base64(iv), sealed: base64(sealed) });
  };
  const counts = async () => {
    const number = { draft: 0, waiting: 0, mend: 0, aside: 0, kept: 0, settled: 0, sent: 0, tasks: 0 };
    let oldest = Infinity;
    for (const { state: now, at } of await mine()) { number[now] += 1; if (now === "waiting") oldest = Math.min(oldest, at); }
    return { ...number, oldest };
  };

  // Who is there: by the server's word where it can be heard, else as it was heard last.
  let leaving = false;
  const become = async (user, facts) => {
    if (state.me && state.me.id !== user.id) {
      state.me = null;
      told.dispatchEvent(new Event("person"));
      return false;
    }
    const key = state.me?.key ?? await crypto.subtle.importKey("raw", bytes(user.key), "AES-GCM", false, ["encrypt", "decrypt"]);
    if (leaving) return false;
    state.me = { ...facts, id: user.id, name: user.name, username: user.username, key };
    await keep("current", state.me).catch(() => {});
    return true;
  };
  const shell = async ({ shell: pages, shell_id: id }) => {
    if (!self.caches || (await fact("shell") === id && await caches.has("hailong-shell"))) return;
    const cache = await caches.open("hailong-shell");
    await Promise.all(pages.map(async (page) => {
      const reply = await fetch(page, { cache: page.startsWith("/static/") ? "default" : "reload" });
      if (!reply.ok || reply.redirected) throw new Error(page);
      await cache.put(page, reply);
    }));
    const wanted = new Set(pages.map((page) => new URL(page, location).href));
    for (const old of await cache.keys()) if (!wanted.has(old.url)) await cache.delete(old);
    await keep("shell", id);
  };
  // Only what carries our mark was said by our server: the log-in page of a public network is JSON of nobody.
  const ask = async (method, path, body) => {
    let reply;
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60_000);
    try {
      reply = await fetch(path, {
        method, cache: "no-store", redirect: "manual", signal: stop.signal,
        headers: { Accept: "application/json", ...(state.me && { "X-Person": String(state.me.id) }), ...(body && { "Content-Type": "application/json", "X-CSRFToken": state.csrf }) },
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
    const { user, csrf, now: _now, tasks, ...facts } = reply.said;
    Object.assign(state, { csrf, tasks });
    state.net = user ? "" : "login";
    if (user && !await become(user, facts)) return false;
    if (user) shell(facts).catch(() => {});
    else if (state.me && await fact("current").catch(() => true) === undefined) {
      state.me = null; // logged out in another tab
      told.dispatchEvent(new Event("person"));
    }
    return Boolean(user);
  };

  // What the server said of a record decides where it goes; whatever is unclear keeps waiting.
  const judge = async (record, reply) => {
    const { status, said, after } = reply ?? {};
    const { form_code, unit } = record.content;
    const notes = { sentence: said?.sentence, fields: said?.fields };
    if ((status === 200 || status === 201) && said.received === record.id && said.digest) {
      if (said.state === "void") return over(record, { ...record, state: "aside", notes });
      return over(record, { ...record, state: "sent", content: { form_code: said.form_code ?? form_code, unit }, notes: { digest: said.digest }, at: Date.now() });
    }
    // Not received, but safe: the server keeps it until somebody decides about its form code.
    if (status === 409 && said.kept === record.id && said.digest) {
      return over(record, { ...record, state: said.state === "open" ? "kept" : "settled", notes, tries: 0, next: 0 });
    }
    if (status === 401) { state.net = "login"; return; }
    const ours = said?.code && said.code !== "form_expired";
    if (ours && (status === 422 || status === 413 || status === 400)) return over(record, { ...record, state: "mend", notes });
    if (ours && (status === 409 || status === 403 || status === 404)) return over(record, { ...record, state: "aside", notes });
    const tries = record.tries + 1;
    const pause = Math.min(LONGEST, Math.max(after || 0, 2000 * 2 ** tries * (.8 + Math.random() * .4)));
    await over(record, { ...record, tries, next: Date.now() + pause });
  };
  const send = async (record) => {
    const { content, id } = await unsealed(record);
    const paradata = { ...content.paradata, device: state.device, sent_at: new Date().toISOString() };
    const reply = await (record.kind === "recheck" ? ask("PUT", `/rechecks/${id}`, content.judged)
      : ask("PUT", `/responses/${id}`, { ...content, paradata }));
    await judge({ ...record, content }, reply);
    return reply;
  };

  let timer, pause = 2000, sending = false;
  const later = () => { clearTimeout(timer); timer = setTimeout(() => drain(), pause); pause = Math.min(LONGEST, pause * 2); };
  const alone = (work) => (navigator.locks ? navigator.locks.request("hailong-queue", { ifAvailable: true }, work) : work(true));
  const drain = (at_once) => alone(async (lock) => {
    if (!lock) return;
    sending = true;
    // A clock set back would make a record wait for years.
    const asks = ({ id, state: now }) => now === "waiting" || (now === "kept" && state.me.decided?.includes(id));
    const is_due = (record) => asks(record) && (at_once || record.next <= Date.now() || record.next > Date.now() + LONGEST);
    try {
      if (await hello()) {
        const taken = (await mine()).filter(is_due).sort((a, b) => a.at - b.at).values();
        const work = async () => { for (const record of taken) { await send(record).catch(() => {}); if (state.net) return; } };
        await Promise.all(Array.from({ length: TOGETHER }, work));
        await report();
      }
    } finally { sending = false; changed(); }
    if (state.me && (await counts()).waiting) later(); else pause = 2000;
  }).catch(later);
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

  self.hailong = { state, told, ready, save, over, get, list, remove, exported, counts, drain, try_now, ask, log_in, hello, sending: () => sending };
  ready.then(() => { persisted(); changed(); return drain(); }).catch(({ message }) => { state.refused = message !== "nobody"; changed(); });
  navigator.serviceWorker?.register("/sw.js").then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active.postMessage("claim")).catch(() => {});
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
      number.aside && `${number.aside} phiếu để riêng`, number.kept && `${number.kept} phiếu trùng mã chờ quyết định`, number.draft && `${number.draft} phiếu đang nhập dở`,
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
    if (!form.matches("[data-log-out]") || form.dataset.asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { waiting = 0, mend = 0, draft = 0, aside = 0 } = state.me ? await counts().catch(() => ({})) : {};
    const left = waiting + mend + draft + aside;
    if (left && !confirm(`Còn ${left} phiếu chưa gửi trên máy này. Nếu đăng xuất, phiếu vẫn nằm trên máy nhưng chỉ mở và gửi được khi chính bạn đăng nhập lại. Vẫn đăng xuất?`)) return;
    leaving = true;
    await within("facts", "readwrite", (store) => store.delete("current")).catch(() => {});
    form.dataset.asked = "yes";
    form.requestSubmit();
  }, true);
})();
