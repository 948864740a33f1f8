// Ready sentences: picked once, they go into the first box in the language one writes in, and into each further box
// in the language of its readers. Blanks are asked for first; a day is written as each language writes it.
const marked = /\{name\}|\{date\}/g;

function inWords(iso, days) {
  const [year, month, day] = iso.split('-').map(Number);
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  const parts = { EEEE: days.weekdays[weekday], MMMM: days.months[month - 1], d: day === 1 ? days.first : String(day) };
  return days.pattern.replace(/'([^']*)'|EEEE|MMMM|\bd\b/g, (found, quoted) => quoted ?? parts[found]);
}

function filled(text, tag, days, blanks) {
  return text.replace(marked, (blank) => {
    if (blank === '{name}') return blanks.name || blank;
    return blanks.date && days[tag] ? inWords(blanks.date, days[tag]) : blank;
  });
}

function put(box, text, at) {
  const [before, after] = [box.value.slice(0, at), box.value.slice(at)];
  const [start, end] = [/\S$/.test(before) ? ' ' : '', /^\S/.test(after) ? ' ' : ''];
  box.setRangeText(start + text + end, at, at, 'end');
}

function insert(chip, blanks) {
  const box = document.getElementById(chip.dataset.insertInto);
  const form = box.form;
  const days = JSON.parse(form.dataset.days);
  const words = JSON.parse(chip.dataset.words);
  const written = form.elements.language?.value || box.lang;
  const known = (tag) => [tag, written, ...Object.keys(words)].find((one) => words[one]);
  const said = (tag) => filled(words[known(tag)], known(tag), days, blanks);
  const already = box.value;
  for (const further of furtherBoxes(box)) {
    if (further.lang === written) continue;
    // What was written so far belongs to the same news: nobody gets only half of it.
    if (!further.value && already) put(further, already, 0);
    put(further, said(further.lang), further.value.length);
    further.closest('details').open = true;
  }
  box.focus();
  // Where nobody put the cursor it stands at the very beginning: the sentence then follows what is there.
  put(box, said(written), box.selectionEnd || box.value.length);
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

function furtherBoxes(box) {
  return [...box.form.querySelectorAll('.further textarea')].filter((other) => other.name === `${box.name}_in-${other.lang}`);
}

function askForBlanks(chip, row) {
  const open = new Set(Object.values(JSON.parse(chip.dataset.words)).flatMap((text) => text.match(marked) || []));
  if (!row || open.size === 0) {
    if (row) row.hidden = true;
    insert(chip, {});
    return;
  }
  for (const field of row.querySelectorAll('[data-blank]')) field.hidden = !open.has(field.dataset.blank);
  row.chip = chip;
  row.hidden = false;
  row.querySelector('[data-blank]:not([hidden]) input').focus();
}

function fillIn(row) {
  const [name, date] = ['{name}', '{date}'].map((blank) => row.querySelector(`[data-blank="${blank}"]`));
  const missing = [name, date].find((field) => !field.hidden && !field.querySelector('input').value.trim());
  if (missing) {
    missing.querySelector('input').focus();
    return;
  }
  insert(row.chip, { name: name.querySelector('input').value.trim(), date: date.querySelector('input').value });
  for (const input of row.querySelectorAll('input')) input.value = '';
  row.hidden = true;
}

for (const row of document.querySelectorAll('[data-blanks-of]')) {
  row.querySelector('button').addEventListener('click', () => fillIn(row));
  row.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    fillIn(row);
  });
  // What stands in a blank is no part of the form: no draft is kept of it and no preview drawn.
  row.addEventListener('input', (event) => event.stopPropagation());
}

for (const chip of document.querySelectorAll('[data-insert-into]')) {
  const row = document.querySelector(`[data-blanks-of="${chip.dataset.insertInto}"]`);
  chip.addEventListener('click', () => askForBlanks(chip, row));
}

// The first box is written in the direction of the language that was chosen for it.
for (const choice of document.querySelectorAll('select[data-language]')) {
  choice.addEventListener('change', () => {
    const directions = JSON.parse(choice.dataset.language);
    for (const box of choice.form.querySelectorAll('[data-written]')) {
      box.lang = choice.value;
      box.dir = directions[choice.value];
    }
  });
}
