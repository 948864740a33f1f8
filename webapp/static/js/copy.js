// A press on [data-copy] puts its text on the clipboard and says so for two seconds.
document.documentElement.classList.add('js');

for (const button of document.querySelectorAll('[data-copy]')) {
  const label = button.textContent;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      window.prompt(label, button.dataset.copy);
      return;
    }
    button.textContent = button.dataset.copied;
    window.setTimeout(() => { button.textContent = label; }, 2000);
  });
}
