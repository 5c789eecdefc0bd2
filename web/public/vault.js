// What a device of staff keeps for times without the server: in databases of the browser, encrypted with a key of each that nobody can
// read out, not even this page. Texts go in and come out; every change is on the disk before it counts as made.

(() => {
  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const within = async (name, work) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("key");
      opening.result.createObjectStore("kept", { autoIncrement: true });
    };
    const database = await answer(opening);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  };

  const changed = (database, store, change) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(store, "readwrite", { durability: "strict" });
      const request = change(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });

  const keyOf = async (database) => {
    const known = () => answer(database.transaction("key").objectStore("key").get(1));
    const key = await known();
    if (key) return key;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // Another page of this device may have been faster: then its key counts.
    await changed(database, "key", (store) => store.add(made, 1)).catch(() => undefined);
    return known();
  };

  window.vault = {
    /** Keeps a text under a number, or under a new and higher one; gives the number. */
    keep: (name, number, text) =>
      within(name, async (database) => {
        // Without being asked the browser may throw it away when its disk is full.
        await navigator.storage.persist().catch(() => undefined);
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(database), new TextEncoder().encode(text));
        return changed(database, "kept", (store) => store.put({ iv, data }, number));
      }),

    /** Everything that is kept, as JSON: [[number, text], …] in order. */
    all: (name) =>
      within(name, async (database) => {
        const key = await keyOf(database);
        const store = database.transaction("kept").objectStore("kept");
        const [numbers, kept] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
        const read = async ({ iv, data }) => new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
        const texts = await Promise.all(kept.map(read));
        return JSON.stringify(numbers.map((number, index) => [number, texts[index]]));
      }),

    /** Takes away what is kept under a number. */
    drop: (name, number) => within(name, (database) => changed(database, "kept", (store) => store.delete(number))),
  };
})();
