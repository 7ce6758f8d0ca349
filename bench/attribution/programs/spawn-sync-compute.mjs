import { spawnSync } from 'node:child_process';
import truth from '../truth.cjs';

const count = () => spawnSync('sh', ['-c', 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done']); // truth: count blocked

truth.begin('count');
for (let i = 0; i < 6; i++) count();
truth.end('count');
