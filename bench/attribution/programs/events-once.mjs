import { EventEmitter, once } from 'node:events';
import truth from '../truth.cjs';

class Feed extends EventEmitter {
  start() {
    this.timer = setInterval(() => this.emit('item', 'text'), 40);
    return this;
  }

  stop() {
    clearInterval(this.timer);
  }

  async next() {
    const [item] = await once(this, 'item'); // truth: item awaited
    return item;
  }
}

const feed = new Feed().start();
truth.begin('item');
for (let i = 0; i < 10; i++) await feed.next();
truth.end('item');
feed.stop();
