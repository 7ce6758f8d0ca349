import http from 'node:http';
import truth from '../truth.cjs';

const { http: port } = JSON.parse(process.env.TRUTH_SERVICE);

function request(path) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, path }, (response) => response.resume().on('end', resolve)); // truth: request awaited
    sent.on('error', reject);
    sent.end(); // truth: request awaited
  });
}

truth.begin('request');
for (let i = 0; i < 8; i++) await request('/?ms=50');
truth.end('request');
