/** What is known of calls that leave the file. `reads`: nothing that a program can see changes. */
export type CallNature = 'reads' | 'prints' | 'changes-outside' | 'unknown';

const PURE_GLOBALS = new Set(
  (
    'Array Boolean BigInt Number Object String Symbol Date RegExp Map Set WeakMap WeakSet Error TypeError RangeError SyntaxError AggregateError Promise ArrayBuffer SharedArrayBuffer DataView ' +
    'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array ' +
    'Math JSON Intl Reflect Buffer URL URLSearchParams TextEncoder TextDecoder Headers AbortController AbortSignal structuredClone performance crypto Atomics ' +
    'parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI atob btoa escape unescape setTimeout clearTimeout setImmediate Iterator Proxy require'
  ).split(' '),
);

const CHANGING_GLOBALS = new Set([
  'Object.assign',
  'Object.defineProperty',
  'Object.defineProperties',
  'Object.setPrototypeOf',
  'Object.freeze',
  'Reflect.set',
  'Reflect.deleteProperty',
  'Atomics.add',
  'Atomics.store',
]);

/** Whether the first argument is changed by the call. */
export function changesFirstArgument(global: string): boolean {
  return CHANGING_GLOBALS.has(global);
}

export function natureOfGlobal(name: string): CallNature {
  if (name.startsWith('console.') || name.startsWith('process.stdout') || name.startsWith('process.stderr')) return 'prints';
  if (name === 'process.exit' || name === 'process.kill' || name === 'process.chdir' || name === 'process.abort') return 'changes-outside';
  if (
    name.startsWith('process.hrtime') ||
    name === 'process.cwd' ||
    name === 'process.memoryUsage' ||
    name === 'process.cpuUsage' ||
    name === 'process.uptime'
  )
    return 'reads';
  return PURE_GLOBALS.has(name.split('.')[0] ?? '') ? 'reads' : 'unknown';
}

const PURE_MODULES = new Set([
  'path',
  'path/posix',
  'url',
  'util',
  'querystring',
  'string_decoder',
  'buffer',
  'crypto',
  'zlib',
  'assert',
  'assert/strict',
  'os',
  'timers/promises',
  'perf_hooks',
  'punycode',
  'dns',
  'dns/promises',
]);

const FS_READS = /^(promises\.)?(readFile|readdir|stat|lstat|access|realpath|readlink|exists|statfs|opendir|glob)(Sync)?$/;

export function natureOfImport(module: string, name: string | null): CallNature {
  if (PURE_MODULES.has(module)) return 'reads';
  if (module === 'fs' || module === 'fs/promises') return name !== null && FS_READS.test(name) ? 'reads' : 'changes-outside';
  return 'unknown';
}

/** Modules of Node that keep no state which a copy in another thread would lack. */
export function isStatelessModule(module: string): boolean {
  return PURE_MODULES.has(module) && module !== 'dns' && module !== 'dns/promises';
}

/** Methods that change the object they are called on, whichever built-in it is. */
const CHANGING_METHODS = new Set(
  (
    'push pop shift unshift splice sort reverse fill copyWithin set add delete clear append write end emit on once off addListener removeListener ' +
    'setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours next return throw ' +
    'writeUInt8 writeUInt16LE writeUInt32LE writeUInt16BE writeUInt32BE writeInt32LE writeDoubleLE update setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setFloat32 setFloat64'
  ).split(' '),
);

export function isChangingMethod(name: string): boolean {
  return CHANGING_METHODS.has(name);
}

/** Methods of strings, arrays, maps, sets, typed arrays, numbers, dates, regular expressions, promises and responses that change nothing. */
const READING_METHODS = new Set(
  (
    'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match matchAll normalize padEnd padStart repeat replace replaceAll search slice split startsWith ' +
    'substring substr toLowerCase toUpperCase toLocaleLowerCase toLocaleUpperCase toString toLocaleString trim trimEnd trimStart valueOf anchor isWellFormed toWellFormed ' +
    'entries every filter find findIndex findLast findLastIndex flat flatMap forEach join keys map reduce reduceRight some toReversed toSorted toSpliced values with ' +
    'get has union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom subarray buffer readUInt8 readUInt16LE readUInt32LE readUInt16BE readUInt32BE readInt32LE equals compare copy ' +
    'toFixed toPrecision toExponential getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours ' +
    'getUTCMinutes getUTCMonth getUTCSeconds getUTCMilliseconds toISOString toJSON toDateString toTimeString toUTCString toLocaleDateString toLocaleTimeString exec test ' +
    'then catch finally json text arrayBuffer blob digest format formatToParts encode decode hasOwnProperty isPrototypeOf propertyIsEnumerable getInt8 getUint8 getInt16 getUint16 getInt32 getUint32 ' +
    'getFloat32 getFloat64 getAll getBigInt64 bind call apply'
  ).split(' '),
);

export function isReadingMethod(name: string): boolean {
  return READING_METHODS.has(name);
}
