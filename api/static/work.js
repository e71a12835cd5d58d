// Does the work a further search asks for while the person types, and holds the form until it is done.
(() => {
  const found = document.querySelector("[data-wanted]");
  if (!found) return;
  const again = document.querySelector("[data-again]");
  if (again) again.hidden = false;
  const { salt, wanted, rounds, tries } = found.dataset;
  const told = document.querySelector("[data-work]");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (buffer) =>
    Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const derived = async (number) => {
    const text = new TextEncoder().encode(String(number));
    const key = await crypto.subtle.importKey("raw", text, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: Number(rounds) };
    return hex(await crypto.subtle.deriveBits(how, key, 256));
  };
  const work = async () => {
    for (let number = 0; number < Number(tries); number += 1) {
      if ((await derived(number)) === wanted) {
        found.value = String(number);
        return;
      }
    }
    throw new Error("no number fits");
  };
  const done = work();
  const say = (words) => {
    told.textContent = words;
  };
  done.then(
    () => say(told.dataset.done),
    () => say(told.dataset.failed),
  );
  found.form.addEventListener("submit", (event) => {
    if (found.value) return;
    event.preventDefault();
    say(told.dataset.busy);
    done.then(
      () => found.form.submit(),
      () => say(told.dataset.failed),
    );
  });
})();
