/** The files of a drop, with those inside of dropped folders. */

/** Folders within folders. */
const MAX_DEPTH = 20;

/** `most`: no more files are looked for. Names of hidden files and folders begin with a dot; they are left out of folders. */
export async function droppedFiles(transfer: DataTransfer, most: number): Promise<File[]> {
  // The list is empty after the event: entries are taken before anything is awaited.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const roots = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files: File[] = [];
  for (const root of roots) {
    if (root instanceof File) files.push(root);
    else if (root) await collect(root, 0);
  }
  return files.slice(0, most);

  async function collect(entry: FileSystemEntry, depth: number): Promise<void> {
    if (files.length >= most || depth > MAX_DEPTH || (depth > 0 && isHidden(entry.name))) return;
    if (isFile(entry)) {
      const file = await fileOf(entry);
      if (file) files.push(file);
    } else if (isFolder(entry)) {
      for await (const child of childrenOf(entry)) await collect(child, depth + 1);
    }
  }
}

/** Of a folder's input, whose files come with their paths. */
export const visibleFiles = (files: Iterable<File>): File[] =>
  [...files].filter(({ webkitRelativePath: path }) => !path.split('/').slice(1).some(isHidden));

const isHidden = (name: string) => name.startsWith('.');
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Undefined for a file that cannot be read. */
const fileOf = (entry: FileSystemFileEntry): Promise<File | undefined> =>
  new Promise((resolve) => entry.file(resolve, () => resolve(undefined)));

/** A reader gives a hundred entries at a time, and none at the end. */
async function* childrenOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return;
    yield* some;
  }
}
