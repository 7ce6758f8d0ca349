import retrying from 'retry';
import truth from '../truth.cjs';

const { http } = JSON.parse(process.env.TRUTH_SERVICE);

class Client {
  async load(id) {
    return await retrying.retry(() => retrying.getText(`http://127.0.0.1:${http}/?ms=50&id=${id}`)); // truth: load awaited
  }
}

const client = new Client();
truth.begin('load');
await client.load('first');
for (let id = 0; id < 8; id++) await client.load(id);
truth.end('load');
