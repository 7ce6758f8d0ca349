import net from 'node:net';
import type { FromAgent } from './messages.ts';
import { type Callable, call, replace } from './wrap.ts';

/** Tells the recorder of each TCP port that a server of this thread opens; `http`, `https`, `http2` and `tls` servers listen as `net.Server` does. */
export function tellPorts(send: (message: FromAgent) => void): void {
  const { once } = net.Server.prototype as unknown as { once: Callable };
  replace(
    net.Server.prototype,
    'listen',
    (original) =>
      function (...args) {
        const server = call(original, this, args);
        Reflect.apply(once, this, [
          'listening',
          () => {
            const address = (this as net.Server).address();
            if (typeof address === 'object' && address !== null) send({ type: 'listening', port: address.port });
          },
        ]);
        return server;
      },
  );
}
