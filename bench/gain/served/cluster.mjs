// A server whose handler computes: one core is full, the others rest.
import { createServer } from 'node:http';

const digits = (text) => {
  let sum = 0;
  for (let round = 0; round < 4000; round++) for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) % 1_000_003;
  return sum;
};

const server = createServer((request, response) => {
  response.end(`${digits(request.url.repeat(4))}\n`);
});
server.listen(Number(process.env.PORT));
