// What was typed and no server has yet stays in this browser for three days: a session that ended, a connection that
// broke and a Back button lose no words. It is put back where the page comes without it, and forgotten once it arrived.
const DAYS = 3 * 24 * 3600 * 1000;
const PREFIX = 'typed:';

function storage() {
  try { return window.localStorage; } catch { return null; }
}

function boxesOf(form) {
  return [...form.querySelectorAll('textarea, input[type="date"], input[type="text"], input:not([type])')]
    .filter((box) => box.name);
}

function read(kept, key) {
  try {
    const found = JSON.parse(kept.getItem(key));
    return found && Date.now() - found.at < DAYS ? found.values : null;
  } catch { return null; }
}

function putBack(form, values) {
  let isBack = false;
  for (const box of boxesOf(form)) {
    const typed = values[box.name];
    if (typed && typed !== box.value && box.value === box.defaultValue) {
      box.value = typed;
      isBack = true;
    }
  }
  if (!isBack) return;
  const status = form.querySelector('[data-put-back]');
  if (status) status.textContent = status.dataset.putBack;
  form.dispatchEvent(new Event('input', { bubbles: true }));
}

function keep(form, kept) {
  const key = PREFIX + form.dataset.keep;
  const values = read(kept, key);
  if (values) putBack(form, values);
  const write = () => {
    const typed = boxesOf(form).filter((box) => box.value !== box.defaultValue).map((box) => [box.name, box.value]);
    try {
      if (typed.length) kept.setItem(key, JSON.stringify({ at: Date.now(), values: Object.fromEntries(typed) }));
      else kept.removeItem(key);
    } catch { /* the browser has no room or wants to keep nothing */ }
  };
  form.addEventListener('input', write);
  form.addEventListener('kept-by-server', () => kept.removeItem(key));
}

function forget(kept, start) {
  for (const key of Object.keys(kept)) if (key.startsWith(PREFIX + start)) kept.removeItem(key);
}

const kept = storage();
if (kept) {
  for (const key of Object.keys(kept)) if (key.startsWith(PREFIX) && !read(kept, key)) kept.removeItem(key);
  for (const part of document.querySelectorAll('[data-arrived]')) forget(kept, part.dataset.arrived);
  for (const form of document.querySelectorAll('form[data-keep]')) keep(form, kept);
}
