import type { FrameNature } from '../../../core/language.ts';

/** Core functions that hold the thread until the outside answers. Names as the profiler shows them: public ones and the bindings below them. */
const BLOCKING = new Set([
  // child_process
  ...['spawnSync', 'execSync', 'execFileSync', 'spawn_sync'],
  // Files: the functions of node:fs …
  ...'accessSync appendFileSync chmodSync chownSync closeSync copyFileSync cpSync existsSync fchmodSync fchownSync fdatasyncSync fstatSync fsyncSync ftruncateSync futimesSync globSync lchownSync linkSync lstatSync lutimesSync mkdirSync mkdtempSync openSync opendirSync readFileSync readSync readdirSync readlinkSync readvSync realpathSync renameSync rmSync rmdirSync statSync statfsSync symlinkSync truncateSync unlinkSync utimesSync writeFileSync writeSync writevSync'.split(
    ' ',
  ),
  // … and their bindings, which have no source: only looked up for native frames.
  ...'sleep'.split(' '),
]);

const BLOCKING_BINDINGS = new Set(
  'access chmod chown close copyFile cpSyncCheckPaths cpSyncCopyDir existsSync fchmod fchown fdatasync fstat fsync ftruncate futimes getFormatOfExtensionlessFile internalModuleStat lchown link lstat lutimes mkdir mkdtemp open openFileHandle opendir read readBuffers readFileUtf8 readdir readlink realpath rename rmSync rmdir stat statfs symlink unlink utimes writeBuffer writeBuffers writeFileUtf8 writeString spawn'.split(
    ' ',
  ),
);

/** Core functions that compute in C++ on the calling thread. */
const NATIVE_COMPUTE = new Set(
  'pbkdf2Sync scryptSync hkdfSync generateKeyPairSync generateKeySync generatePrimeSync checkPrimeSync randomBytes randomFillSync randomFill argon2Sync processChunkSync zlibBufferSync syncBufferWrapper gzipSync gunzipSync deflateSync inflateSync deflateRawSync inflateRawSync unzipSync createHash createHmac createSign createVerify Hash Hmac Sign Verify brotliCompressSync brotliDecompressSync zstdCompressSync zstdDecompressSync crc32 update digest sign verify publicEncrypt privateDecrypt publicDecrypt privateEncrypt diffieHellman'.split(
    ' ',
  ),
);

/** Native functions without a source that compute; `fill`, `copy` and the like belong to Buffer. */
const NATIVE_BINDINGS = new Set(
  'fill copy compare compareOffset indexOfString indexOfBuffer indexOfNumber utf8Write utf8Slice utf8WriteStatic latin1Slice latin1Write latin1WriteStatic asciiSlice base64Slice base64Write base64urlSlice base64urlWrite hexSlice hexWrite ucs2Slice ucs2Write swap16 swap32 swap64 byteLengthUtf8 createFromString encodeUtf8String encodeIntoResults decodeUTF8 structuredClone serialize deserialize writeSync write init run update digest hash oneShotDigest parse canParse domainToASCII'.split(
    ' ',
  ),
);

/** What core or native time is spent on; `compute` for anything this table does not know, so that it counts as part of the call around it. */
export function nature(functionName: string, url: string): FrameNature {
  if (url === '') return nativeNature(functionName);
  if (isLoader(url)) return 'loading';
  if (!url.startsWith('node:')) return 'compute';
  const name = functionName.slice(functionName.lastIndexOf('.') + 1);
  if (url === 'node:fs' || url.startsWith('node:internal/fs/')) return BLOCKING.has(name) ? 'blocking' : 'compute';
  if (url === 'node:sqlite') return 'native-io';
  if (url.includes('child_process')) return BLOCKING.has(name) ? 'blocking' : 'compute';
  if (url === 'node:zlib' || url.startsWith('node:internal/crypto/') || url === 'node:crypto')
    return NATIVE_COMPUTE.has(name) ? 'native-compute' : 'compute';
  return 'compute';
}

function nativeNature(name: string): FrameNature {
  if (name === '(garbage collector)') return 'gc';
  if (name === '(idle)') return 'idle';
  if (name === 'require' || name === 'compileFunctionForCJSLoader' || name === 'compileFunction' || name === 'importModuleDynamically')
    return 'loading';
  if (BLOCKING.has(name) || BLOCKING_BINDINGS.has(name)) return 'blocking';
  if (NATIVE_COMPUTE.has(name) || NATIVE_BINDINGS.has(name)) return 'native-compute';
  return 'compute';
}

/** Resolving, reading, compiling and linking modules. What the runtime compiles of its own for a call (the first `fetch`) is that call's work. */
function isLoader(url: string): boolean {
  return (
    url.startsWith('node:internal/modules/') ||
    url === 'node:internal/deps/cjs-module-lexer/lexer' ||
    url === 'node:internal/source_map/source_map_cache'
  );
}
