/** Deletes a document when its message goes, so that Undo keeps it: the server has no way back. */
import { client } from '../../api/client.ts';
import { counted } from '../../api/document-changes.ts';
import { PharosError, reasonOf } from '../../api/errors.ts';
import { forgetHit } from '../../api/search-answers.ts';
import { navigate } from '../../app/place.ts';
import { toast } from '../../parts/toast.tsx';
import { documentTexts as texts } from '../../texts/document.ts';

/** Leaves the document's screen at once. A page that is closed meanwhile deletes it while it closes. */
export function deleteLater(id: string): void {
  const here = location.pathname + location.search;
  navigate('/app/');
  toast({
    text: texts.removed,
    undo: () => navigate(here),
    gone: () => remove(id),
  });
}

async function remove(id: string): Promise<void> {
  forgetHit(id);
  try {
    await counted(client.delete('/resources/{id}', { params: { path: { id } }, keepalive: true }));
  } catch (error) {
    // Deleted by another tab or program already.
    if (error instanceof PharosError && error.status === 404) return;
    toast({ text: reasonOf(error, texts.notRemoved), failed: true });
  }
}
