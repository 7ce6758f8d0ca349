const http = require('node:http');
const { begin, end } = require('../truth.cjs');

const { http: port } = JSON.parse(process.env.TRUTH_SERVICE);
const agent = new http.Agent({ keepAlive: true });

function get(left) {
  // truth-next: get awaited
  http.get({ host: '127.0.0.1', port, path: '/?ms=45', agent }, (response) => {
    response.resume();
    response.on('end', () => {
      if (left > 1) get(left - 1);
      else {
        end('get');
        agent.destroy();
      }
    });
  });
}

begin('get');
get(9);
