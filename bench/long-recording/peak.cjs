'use strict';
/**
 * Loaded ahead of a program: writes its own peak of memory in use (the resident set, MB) and when it ended on CLOCK_MONOTONIC, as JSON, to the
 * file that PEAK_FILE names. What it starts writes to another one: TARGET_PEAK_FILE.
 */
const fs = require('node:fs');

const file = process.env.PEAK_FILE;
process.env.PEAK_FILE = process.env.TARGET_PEAK_FILE;
if (file)
  process.on('exit', () => {
    const peakMb = process.resourceUsage().maxRSS / 1024;
    fs.writeFileSync(file, JSON.stringify({ peakMb, endNs: process.hrtime.bigint().toString() }));
  });
