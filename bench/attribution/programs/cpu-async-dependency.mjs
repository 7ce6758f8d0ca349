import slowly from 'crunch/slowly.cjs';
import truth from '../truth.cjs';

async function minify() {
  truth.begin('minify');
  await slowly.crunchLater(400); // truth: minify js
  truth.end('minify');
}

await minify();
