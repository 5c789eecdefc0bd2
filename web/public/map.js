// <pin-map>: pins on a Leaflet map, fetched when the first one is shown. Tells its surroundings by events:
// map-ready (tiles are there), map-unavailable (they are not), map-pick (detail: the id of a pin), map-tap (detail: degrees north and east of a point beside the pins).

(() => {
  let library;

  function add(tag, attributes) {
    return new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.onload = () => resolve();
      element.onerror = () => reject(new Error(attributes.src || attributes.href));
      document.head.append(element);
    });
  }

  function loadLibrary() {
    library ??= (async () => {
      const styles = [
        add("link", { rel: "stylesheet", href: "/vendor/leaflet/leaflet.css" }),
        add("link", { rel: "stylesheet", href: "/vendor/leaflet.markercluster/MarkerCluster.css" }),
      ];
      await add("script", { src: "/vendor/leaflet/leaflet.js" });
      await add("script", { src: "/vendor/leaflet.markercluster/leaflet.markercluster.js" });
      await Promise.all(styles);
      return window.L;
    })();
    // The next map may try again.
    library.catch(() => (library = undefined));
    return library;
  }

  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  class PinMap extends HTMLElement {
    static observedAttributes = ["pins", "zoom-in", "zoom-out"];

    async connectedCallback() {
      let L;
      try {
        if (!this.getAttribute("tiles")) throw new Error("no tiles");
        L = await loadLibrary();
      } catch {
        this.tell("map-unavailable");
        return;
      }
      if (!this.isConnected || this.map) return;
      const [north, east] = this.getAttribute("centre").split(",").map(Number);
      this.map = L.map(this, {
        zoomAnimation: !calm(),
        fadeAnimation: !calm(),
        markerZoomAnimation: !calm(),
        // A wheel that scrolls the page must not get caught.
        scrollWheelZoom: false,
      }).setView([north, east], 12);
      this.map.attributionControl.setPrefix(false);
      const tiles = L.tileLayer(this.getAttribute("tiles"), { maxZoom: 18, attribution: this.getAttribute("attribution") });
      tiles.once("tileload", () => this.tell("map-ready"));
      tiles.addTo(this.map);
      this.map.on("click", ({ latlng }) => this.tell("map-tap", [latlng.lat, latlng.lng]));
      this.group = L.markerClusterGroup({
        showCoverageOnHover: false,
        animate: !calm(),
        maxClusterRadius: 44,
        iconCreateFunction: (cluster) =>
          L.divIcon({ className: "pin pin-cluster", html: `<span>${cluster.getChildCount()}</span>`, iconSize: [44, 44] }),
      }).addTo(this.map);
      this.place();
      this.nameControls();
    }

    disconnectedCallback() {
      this.map?.remove();
      this.map = undefined;
      this.group = undefined;
    }

    attributeChangedCallback(name) {
      if (!this.map) return;
      if (name === "pins") this.place();
      else this.nameControls();
    }

    nameControls() {
      for (const name of ["zoom-in", "zoom-out"]) {
        const control = this.querySelector(`.leaflet-control-${name}`);
        control.title = this.getAttribute(name);
        control.setAttribute("aria-label", control.title);
      }
    }

    place() {
      const L = window.L;
      const pins = JSON.parse(this.getAttribute("pins") || "[]");
      this.group.clearLayers();
      for (const pin of pins) {
        const text = document.createElement("span");
        text.textContent = pin.mark || "●";
        const icon = L.divIcon({ className: `pin pin-${pin.look}`, html: text, iconSize: [44, 44] });
        const marker = L.marker([pin.latitude, pin.longitude], { icon, title: pin.label, keyboard: true });
        marker.on("click", () => this.tell("map-pick", pin.id));
        marker.on("add", () => {
          const element = marker.getElement();
          element.setAttribute("role", "button");
          element.setAttribute("aria-label", pin.label);
          element.onkeydown = (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            this.tell("map-pick", pin.id);
          };
        });
        this.group.addLayer(marker);
      }
      if (pins.length > 0) {
        const places = pins.map((pin) => [pin.latitude, pin.longitude]);
        this.map.fitBounds(L.latLngBounds(places), { paddingTopLeft: [72, 36], paddingBottomRight: [36, 36], maxZoom: 15, animate: false });
      }
    }

    tell(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { detail }));
    }
  }

  customElements.define("pin-map", PinMap);
})();
