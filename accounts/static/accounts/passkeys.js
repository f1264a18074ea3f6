// Shows what needs a passkey where the browser knows passkeys, and says when one did not work.
(() => {
  if (!window.PublicKeyCredential) return;

  // At the end of the page, before it is painted: nothing moves.
  for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    for (const error of document.querySelectorAll("[data-passkey-error]")) error.hidden = false;
  });
})();
