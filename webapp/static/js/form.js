// What a form gains with JavaScript: drafts kept while typing, a live preview of the mail,
// only the questions that apply, and ready sentences. Every form works without this file.
document.documentElement.classList.add('js');

function afterPause(milliseconds, act) {
  let timer = 0;
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { timer = 0; act(); }, milliseconds);
  };
  later.isWaiting = () => timer !== 0;
  later.cancel = () => { window.clearTimeout(timer); timer = 0; };
  return later;
}

function keepDrafts(form) {
  const status = form.querySelector('[data-draft-status]');
  const say = (text) => { if (status && text) status.textContent = text; };
  let newest = 0;
  const save = async (keepalive = false) => {
    const mine = ++newest;
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: 'POST', body: new FormData(form), keepalive });
      const told = await answer.json();
      if (mine !== newest) return;
      if (answer.ok) {
        say(status?.dataset.saved.replace('{time}', told.saved));
        form.dispatchEvent(new Event('kept-by-server'));
      }
      else say(told.message || status?.dataset.unsaved);
    } catch {
      if (mine === newest) say(status?.dataset.unsaved);
    }
  };
  const saveSoon = afterPause(2000, () => save());
  form.addEventListener('input', saveSoon);
  form.addEventListener('submit', (event) => { if (!event.submitter?.hasAttribute('formtarget')) saveSoon.cancel(); });
  window.addEventListener('pagehide', () => { if (saveSoon.isWaiting()) { saveSoon.cancel(); save(true); } });
}

// A fresh frame for each preview: the old mail stays visible until the new one has come,
// and the browser's Back button does not walk through the previews.
function freshFrame(box, name) {
  const frame = box.querySelector('iframe').cloneNode(false);
  frame.removeAttribute('src');
  frame.name = name;
  box.prepend(frame);
  frame.addEventListener('load', () => {
    if (box.firstElementChild === frame) while (box.lastElementChild !== frame) box.lastElementChild.remove();
  });
}

function drawPreviews(form, button) {
  const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
  if (!frame) return;
  const box = frame.parentElement;
  let drawn = 0;
  button.addEventListener('click', (event) => {
    if (event.isTrusted) box.scrollIntoView({ block: 'nearest' });
    button.formTarget = `preview-${++drawn}`;
    freshFrame(box, button.formTarget);
  });
  const drawSoon = afterPause(1200, () => button.click());
  form.addEventListener('input', drawSoon);
  form.addEventListener('submit', (event) => { if (event.submitter !== button) drawSoon.cancel(); });
  if (!frame.hasAttribute('src')) drawSoon();
}

// "name=value" or "name=value|other": shown while the control of that name has one of the values.
function showWhatApplies(form) {
  const data = new FormData(form);
  for (const part of form.querySelectorAll('[data-shown-when]')) {
    const [name, values] = part.dataset.shownWhen.split('=');
    part.hidden = !data.getAll(name).some((value) => values.split('|').includes(value));
  }
}

// The step that was named last time is not the next one any more once it is done.
function clearTheStepThatIsDone(form) {
  const box = form.querySelector('[data-told]');
  if (!box?.dataset.told) return;
  form.addEventListener('change', (event) => {
    if (event.target.name !== 'last_step') return;
    const isDone = event.target.value === 'yes';
    const others = [...form.querySelectorAll(`[name^="${box.name}_in-"]`)];
    if (isDone && box.value === box.dataset.told) {
      box.value = '';
      form.elements.step_by.value = '';
      for (const other of others) if (other.value === other.defaultValue) other.value = '';
    } else if (!isDone && !box.value) {
      box.value = box.dataset.told;
      for (const other of others) other.value ||= other.defaultValue;
    }
  });
}

for (const form of document.querySelectorAll('form')) {
  if (form.dataset.draftUrl) keepDrafts(form);
  clearTheStepThatIsDone(form);
  const preview = form.querySelector('button[data-preview]');
  if (preview) drawPreviews(form, preview);
  if (form.querySelector('[data-shown-when]')) {
    showWhatApplies(form);
    form.addEventListener('input', () => showWhatApplies(form));
  }
}
