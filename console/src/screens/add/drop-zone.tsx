/** Takes files and folders: dropped on it, or chosen by the plain inputs inside of it. */
import { useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { addFiles } from '../../queue/actions.ts';
import { droppedFiles, visibleFiles } from '../../queue/dropped-files.ts';
import { MAX_AT_ONCE } from '../../queue/room.ts';
import { add as texts } from '../../texts.ts';

export function DropZone() {
  const [isOver, setOver] = useState(false);
  const onDrop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    // One more than is taken, so that the rest is known of.
    if (event.dataTransfer) addFiles(await droppedFiles(event.dataTransfer, MAX_AT_ONCE + 1));
  };
  const onChoose = ({ currentTarget: input }: { readonly currentTarget: HTMLInputElement }) => {
    addFiles(visibleFiles(input.files ?? []));
    // The same file can be chosen again.
    input.value = '';
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the inputs inside, which have labels
    <div
      class="drop"
      data-over={isOver ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name="add" class="drop__icon" />
      <strong>{texts.drop.title}</strong>
      <span class="soft">
        {texts.drop.or}
        <label class="link">
          {texts.drop.choose}
          <input class="sr" type="file" multiple aria-label={texts.drop.label} onChange={onChoose} />
        </label>
        {texts.drop.orFolder}
        <label class="link">
          {texts.drop.folder}
          <input ref={asFolder} class="sr" type="file" multiple aria-label={texts.drop.folderLabel} onChange={onChoose} />
        </label>
      </span>
      <span class="quiet">{texts.drop.hint}</span>
    </div>
  );
}

/** The attribute has no property of JSX. */
const asFolder = (input: HTMLInputElement | null) => {
  if (input) input.webkitdirectory = true;
};
