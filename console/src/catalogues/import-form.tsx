import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type BodyOf, type importCatalogue, previewCatalogue } from '@warifu/contract';
import { type ChangeEvent, useState } from 'react';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { useSession } from '../session/session.ts';
import type { Catalogue, Preview } from './catalogues.ts';

/** What an import is made of. */
export type Description = BodyOf<typeof importCatalogue> & { readonly catalogue: string };

type ImportFormProps = {
  /** Of the catalogue that takes a new version; empty for a new one. */
  name: string;
  before: Catalogue | undefined;
  onPreview: (previewed: { preview: Preview; tag: string | undefined; of: Description }) => void;
  /** What was previewed is no longer what stands in the form. */
  onChange: () => void;
};

const mostBytes = 10 * 1024 * 1024;
const nameForm = /^[A-Za-z0-9_.-]{1,64}$/;

export function ImportForm({ name, before, onPreview, onChange }: ImportFormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  // Of a file that was chosen: ten megabytes are no text for a field.
  const [chosen, setChosen] = useState<string>();
  const { field, set, busy, frame } = useSubmit({
    initial: { name, host: before?.host ?? '', unknown: before?.unknown ?? 'deny', file: '' },
    check: {
      name: (value) => (nameForm.test(value.trim()) ? null : t('catalogues.nameForm')),
      file: (value) => (chosen !== undefined || value.trim() !== '' ? null : t('catalogues.fileMissing')),
    },
    refused: { host: t('catalogues.hostForm') },
    send: async (typed) => {
      const of: Description = {
        catalogue: typed.name.trim(),
        file: chosen ?? typed.file,
        host: typed.host.trim(),
        unknown: typed.unknown === 'deny' ? 'deny' : 'signed in',
      };
      const { reply, tag } = await call(previewCatalogue, { operator_id: operatorId, ...of });
      onPreview({ preview: reply, tag, of });
    },
  });
  const changing = (key: 'name' | 'host' | 'unknown' | 'file') => ({
    ...field(key),
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
      set(key, value);
      onChange();
    },
  });
  const choose = (text: string | undefined) => {
    setChosen(text);
    set('file', '');
    onChange();
  };
  return (
    <FormFrame state={frame}>
      <TextInput
        {...changing('name')}
        label={t('catalogues.name')}
        description={t('catalogues.nameHint')}
        readOnly={name !== ''}
        autoCapitalize="none"
        spellCheck={false}
      />
      <FileField onChoose={choose} />
      {chosen === undefined && (
        <Textarea
          {...changing('file')}
          label={t('catalogues.paste')}
          description={t('catalogues.pasteHint')}
          rows={8}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          translate="no"
        />
      )}
      <TextInput
        {...changing('host')}
        label={t('catalogues.hostOptional')}
        description={t('catalogues.hostHint')}
        autoCapitalize="none"
        spellCheck={false}
      />
      <NativeSelect
        {...changing('unknown')}
        size="md"
        label={t('catalogues.unknown')}
        data={(['deny', 'signed in'] as const).map((value) => ({ value, label: t(`catalogues.unknowns.${value}`) }))}
      />
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')} variant="default">
          {t('catalogues.showChanges')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

type FileFieldProps = { onChoose: (text: string | undefined) => void };

/** A file of this device; it goes nowhere until its changes are asked for. */
function FileField({ onChoose }: FileFieldProps) {
  const { t } = useText();
  const [problem, setProblem] = useState<string>();
  const change = async ({ currentTarget: { files } }: ChangeEvent<HTMLInputElement>) => {
    const file = files?.[0];
    const tooLarge = file !== undefined && file.size > mostBytes;
    setProblem(tooLarge ? t('catalogues.tooLarge') : undefined);
    if (!file || tooLarge) return onChoose(undefined);
    onChoose(await file.text());
    announce(t('catalogues.fileRead', { name: file.name }));
  };
  return (
    <TextInput
      type="file"
      label={t('catalogues.file')}
      description={t('catalogues.fileHint')}
      error={problem}
      accept=".json,.yaml,.yml,application/json,application/yaml"
      onChange={(event) => void change(event)}
    />
  );
}
