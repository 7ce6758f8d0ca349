import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);
const get = (ms) => fetch(`http://127.0.0.1:${http}/?ms=${ms}`); // truth: get awaited

truth.begin('get');
const answers = await Promise.all([400, 350, 300, 250, 200].map(get));
truth.end('get');
for (const answer of answers) await answer.text();
