/** Loads pdf.js and opens a document with it, in this thread. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { StageError } from '../../../../src/kernel/core/errors.ts';

type PdfJs = typeof import('pdfjs-dist');

let loading: Promise<PdfJs> | undefined;

async function loadPdfJs(): Promise<PdfJs> {
  // pdf.js names these when it is loaded and uses them to draw, which is never done here.
  const globals = globalThis as unknown as Record<string, unknown>;
  for (const name of ['DOMMatrix', 'Path2D', 'ImageData']) globals[name] ??= class {};
  process.on('unhandledRejection', ignoreRejectionsOfPdfJs);
  globals.pdfjsWorker ??= await import('pdfjs-dist/legacy/build/pdf.worker.min.mjs');
  return import('pdfjs-dist/legacy/build/pdf.min.mjs');
}

/** pdf.js leaves promises of its own unhandled where it repairs a damaged file; they would end the thread. */
function ignoreRejectionsOfPdfJs(reason: unknown): void {
  if (!(reason instanceof Error && reason.stack?.includes('pdfjs-dist'))) throw reason;
}

/** `destroy` frees what the document holds. Throws a permanent StageError for one that cannot be read. */
export async function openPdf(bytes: Uint8Array): Promise<{ document: PDFDocumentProxy; destroy: () => Promise<void> }> {
  loading ??= loadPdfJs();
  const pdfJs = await loading;
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const task = pdfJs.getDocument({
    // pdf.js takes the bytes away from the caller.
    data: bytes.slice(),
    verbosity: pdfJs.VerbosityLevel.ERRORS,
    // Text in Chinese, Japanese and Korean is often encoded by tables that are not in the document.
    cMapUrl: `${join(folder, 'cmaps')}/`,
    cMapPacked: true,
    standardFontDataUrl: `${join(folder, 'standard_fonts')}/`,
    useSystemFonts: false,
    disableFontFace: true,
    useWorkerFetch: false,
    useWasm: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
  });
  try {
    return { document: await task.promise, destroy: () => task.destroy() };
  } catch (error) {
    await task.destroy().catch(() => undefined);
    throw refusal(error);
  }
}

function refusal(error: unknown): StageError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException')
    return new StageError('permanent', 'The PDF is encrypted with a password; remove it and send the document again');
  return new StageError(
    'permanent',
    'The PDF is damaged and cannot be read; save it again in the program that made it, and send that',
  );
}
