// <code-camera>: the device's camera looking for a code, where the browser itself can read codes. Tells its surroundings by events:
// camera-code (detail: what the code says) and camera-unavailable (there is no camera, no permission, or nothing that reads codes).

(() => {
  /** The same code is told again only after so many milliseconds: a camera sees it many times a second. */
  const PAUSE = 3000;

  class CodeCamera extends HTMLElement {
    async connectedCallback() {
      try {
        if (!("BarcodeDetector" in window)) throw new Error("nothing reads codes here");
        const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
        this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
        if (!this.isConnected) return this.stop();
        const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: this.stream });
        video.setAttribute("aria-label", this.getAttribute("label") ?? "");
        this.replaceChildren(video);
        await video.play();
        this.look(detector, video);
      } catch {
        this.stop();
        this.dispatchEvent(new CustomEvent("camera-unavailable"));
      }
    }

    async look(detector, video) {
      let last = { text: "", at: 0 };
      while (this.stream) {
        const found = await detector.detect(video).catch(() => []);
        const text = found[0]?.rawValue;
        const now = Date.now();
        if (text && (text !== last.text || now - last.at > PAUSE)) {
          last = { text, at: now };
          this.dispatchEvent(new CustomEvent("camera-code", { detail: text }));
        }
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }

    stop() {
      this.stream?.getTracks().forEach((track) => track.stop());
      this.stream = undefined;
    }

    disconnectedCallback() {
      this.stop();
    }
  }

  customElements.define("code-camera", CodeCamera);
})();
