// Draws: a part of the seed is made here at random and kept here until it is revealed; only its hash is sent.
(() => {
  const place = document.querySelector("[data-draws]");
  if (!place) return;
  const prefix = `hailong-draw ${place.dataset.draws} `;
  const name = place.dataset.draw ? prefix + place.dataset.draw : "";
  const commitment = document.getElementById("commitment");
  const part = document.getElementById("part");

  // 32 letters that nobody mistakes for another on paper: five bits each.
  const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  const fresh = () => {
    const letters = Array.from(crypto.getRandomValues(new Uint8Array(25)), (byte) => LETTERS[byte & 31]).join("");
    return letters.match(/.{5}/g).join("-");
  };
  const digest = async (text) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // What was kept for draws that are over is no secret any more, or of no use.
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(prefix) && key !== name) localStorage.removeItem(key);
  }
  if (!name || !crypto.subtle) return;

  const commit = async () => {
    const own = localStorage.getItem(name) ?? fresh();
    localStorage.setItem(name, own);
    commitment.value = await digest(own);
    const shown = document.querySelector("[data-own-part]");
    shown.querySelector("output").value = own;
    shown.hidden = false;
  };
  const reveal = async () => {
    const own = localStorage.getItem(name);
    const wanted = part.closest("form").dataset.commitment;
    if (own && !part.value && (await digest(own)) === wanted) part.value = own;
  };
  if (commitment) commit();
  if (part) reveal();
})();
