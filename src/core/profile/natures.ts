import type { Language } from '../language.ts';
import type { Frame, FrameTable } from './frames.ts';
import type { Profile } from './profile.ts';

/** What a node's own samples are, before any measurement: `program` is native code outside any function, `none` a part nobody measured. */
export type NodeNature = 'compute' | 'native-compute' | 'native-io' | 'blocking' | 'loading' | 'gc' | 'idle' | 'program' | 'none';

export interface NodeNatures {
  nature: NodeNature[];
  /** The innermost user function's node on the path, -1 where there is none. */
  userNode: Int32Array;
  /** The node that the innermost user function called; the node itself where it is the user function's, -1 without one. */
  entryNode: Int32Array;
  /** The outermost node of the core code that ends the path, reached from user or dependency code; -1 where the path ends elsewhere. */
  coreNode: Int32Array;
}

/**
 * Whose time each node's samples are. Core code takes the nature of the core call it is part of (`read` below `readFileSync` blocks).
 * Whatever happens below the module loader until the next user function is loading, a dependency's own top-level code included: it is
 * the price of the user's `require` or `import`. A user's module that is being loaded is again the user's code.
 */
export function nodeNatures(profile: Profile, table: FrameTable, language: Language): NodeNatures {
  const count = profile.nodeFrame.length;
  const userNode = new Int32Array(count).fill(-1);
  const entryNode = new Int32Array(count).fill(-1);
  const coreNode = new Int32Array(count).fill(-1);
  const loading = new Uint8Array(count);
  const nature: NodeNature[] = [];
  for (let node = 0; node < count; node++) {
    const parent = profile.nodeParent[node]!;
    const frame = table.frames[profile.nodeFrame[node]!]!;
    if (parent < 0) {
      nature.push('none');
      continue;
    }
    if (frame.owner === 'user') {
      userNode[node] = node;
      entryNode[node] = node;
      nature.push('compute');
      continue;
    }
    userNode[node] = userNode[parent]!;
    entryNode[node] = userNode[parent] === -1 ? -1 : userNode[parent] === parent ? node : entryNode[parent]!;
    const own = nameNature(frame.function, frame.file, frame.owner, language);
    loading[node] = loading[parent]! || own === 'loading' ? 1 : 0;
    const addon = own === 'compute' && coreNode[parent] === -1 && isNativeFunction(frame);
    const core = frame.owner === 'core' || frame.owner === 'native';
    if (core) coreNode[node] = coreNode[parent] === -1 ? node : coreNode[parent]!;
    const inherited = core && coreNode[parent] !== -1 ? nature[parent]! : 'compute';
    if (own === 'gc' || own === 'idle' || own === 'program') nature.push(own);
    else if (loading[node] === 1) nature.push('loading');
    else if (frame.owner === 'native' && coreNode[parent] !== -1) nature.push(partOf(inherited, own));
    else if (addon) nature.push('native-compute');
    else nature.push(own === 'compute' ? inherited : own);
  }
  return { nature, userNode, entryNode, coreNode };
}

/** A C++ function that is called by JavaScript itself: an add-on's, say. It has no place in a text, unlike code that `eval` made. */
function isNativeFunction({ owner, function: name, line }: Frame): boolean {
  return owner === 'native' && line === 0 && !/^\(|^RegExp: |\bwasm\b/.test(name);
}

/**
 * A native function called by core code does what that code is for: `open` blocks below `openSync`, but only asks below `fs.promises.open`, and
 * `writeSync` of a compressor computes. What its name says counts where the core code says nothing, and never for a block.
 */
function partOf(inherited: NodeNature, own: NodeNature): NodeNature {
  return inherited !== 'compute' || own === 'blocking' ? inherited : own;
}

function nameNature(name: string, url: string, owner: string, language: Language): NodeNature {
  if (owner === 'dependency') return 'compute';
  if (owner === 'native' && name === '(program)') return 'program';
  return language.nature(name, url);
}
