// A page name for each of many titles, most of which come again and again.
function slugOf(title) {
  return title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

const titles = Array.from({ length: 400 }, (_, i) => `Über den Wert Nr. ${i} – «Größe» & Öffnung, ${'é'.repeat(i % 7)}`);
let length = 0;
for (let round = 0; round < 700; round++) {
  for (const title of titles) length += slugOf(title).length;
}
console.log(length);
