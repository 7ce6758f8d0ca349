import { Resolver } from 'node:dns/promises';
import truth from '../truth.cjs';

const { dns } = JSON.parse(process.env.TRUTH_SERVICE);
const resolver = new Resolver();
resolver.setServers([`127.0.0.1:${dns}`]);

truth.begin('resolve');
for (let i = 0; i < 12; i++) await resolver.resolve4(`host-${i}.example`); // truth: resolve awaited
truth.end('resolve');
