import type { Source } from '../syntax/source.ts';
import type { CompilerConfigs } from './compiler-configs.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { ProjectFiles } from './project-files.ts';

/** All files that a change may have to look at, as one moment shows them: texts on the screen win over those on disk. */
export interface Project extends ProjectFiles {
  modules: ModuleGraph;
  configs: CompilerConfigs;
  text(file: string): string | null;
  /** The parsed file, the same one as long as its text is; or a sentence that says why it can't be looked at. */
  source(file: string): Source | string;
  /** Files whose text contains a word. */
  filesWith(word: string): string[];
  /** Whether a package's users load the file by the package's name. */
  isPublic(file: string): boolean;
  /** A sentence that says why a file must not be edited; null when it may. */
  whyNotEdited(source: Source): string | null;
}
