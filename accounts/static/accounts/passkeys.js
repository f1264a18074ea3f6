// Shows what needs a passkey where the browser knows passkeys, and says when one did not work.
(() => {
  if (!window.PublicKeyCredential) return;

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;
  });

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    for (const error of document.querySelectorAll("[data-passkey-error]")) error.hidden = false;
  });
})();
