// Notices on this device, in words of JSON: how it stands (state), turning them on with the server's key (on) and off (off).

(() => {
  const PATIENCE_MS = 3000;

  // An iPhone or iPad has them only for apps on the home screen.
  const isApple = () => /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  const isKnown = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

  // The worker may still be on its way; where there is none, nobody waits for it for ever.
  const registration = () =>
    Promise.race([navigator.serviceWorker.ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

  window.push = {
    async state() {
      if (!isKnown()) return JSON.stringify({ support: isApple() && !navigator.standalone ? "home_screen" : "none" });
      const worker = await registration();
      if (!worker) return JSON.stringify({ support: "none" });
      const subscription = await worker.pushManager.getSubscription();
      return JSON.stringify({ support: "here", refused: Notification.permission === "denied", on: Boolean(subscription) });
    },

    async on(key) {
      if ((await Notification.requestPermission()) !== "granted") throw new DOMException("refused", "NotAllowedError");
      const { pushManager } = await registration();
      const options = { userVisibleOnly: true, applicationServerKey: key };
      try {
        return JSON.stringify(await pushManager.subscribe(options));
      } catch (error) {
        // Turned on before with another key of the server.
        if (error.name !== "InvalidStateError") throw error;
        await (await pushManager.getSubscription())?.unsubscribe();
        return JSON.stringify(await pushManager.subscribe(options));
      }
    },

    async off() {
      await (await (await registration())?.pushManager.getSubscription())?.unsubscribe();
      return "";
    },
  };
})();
