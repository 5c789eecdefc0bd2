// Passkeys, in words of JSON: asks the browser for one (create) or to sign with one (get). Not every browser turns bytes by itself yet.

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const answer = ({ id, response }) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    return JSON.stringify({ id, response: Object.fromEntries(parts.map((part) => [part, text(response[part])])) });
  };

  window.passkeys = {
    async create(options) {
      const publicKey = JSON.parse(options);
      publicKey.challenge = bytes(publicKey.challenge);
      publicKey.user.id = bytes(publicKey.user.id);
      for (const known of publicKey.excludeCredentials) known.id = bytes(known.id);
      return answer(await navigator.credentials.create({ publicKey }));
    },

    async get(options) {
      const publicKey = JSON.parse(options);
      publicKey.challenge = bytes(publicKey.challenge);
      return answer(await navigator.credentials.get({ publicKey }));
    },
  };
})();
