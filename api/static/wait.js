// Asks every few seconds whether the payment moved on, and shows the new page when it did.
(() => {
  const place = document.querySelector("[data-wait]");
  const started = Date.now();
  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.wait, { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== place.dataset.state) {
        location.reload();
        return;
      }
    } catch {
      // The net is away for a moment; the next round asks again.
    }
    wait();
  };
  const wait = () => setTimeout(ask, Date.now() - started < 120000 ? 3000 : 15000);
  if (place) wait();
})();
