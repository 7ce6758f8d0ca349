// needs: service.https
import https from 'node:https';
import truth from '../truth.cjs';

const { https: port } = JSON.parse(process.env.TRUTH_SERVICE);
const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });

const request = (path) =>
  new Promise((resolve, reject) => {
    https.get({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve)).on('error', reject); // truth: request awaited
  });

truth.begin('request');
await request('/?ms=0');
for (let i = 0; i < 8; i++) await request('/?ms=50');
truth.end('request');
agent.destroy();
