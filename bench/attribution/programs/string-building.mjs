import truth from '../truth.cjs';

truth.watchCollections();

function page(rows) {
  let html = '';
  for (let i = 0; i < rows; i++) html += `<tr><td>${i}</td></tr>`.replace('<tr>', '<tr class="row">'); // truth: build js
  return html;
}

truth.begin('build');
truth.repeat(400, () => page(2000));
truth.end('build');
