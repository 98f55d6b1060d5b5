import { Button } from '@mantine/core';
import { useState } from 'react';
import { announce } from '../announce.tsx';
import controls from '../frame/controls.module.css';
import { useText } from '../language.ts';
import { CheckIcon, CopyIcon } from './icons.tsx';

type CopyButtonProps = { text: string; label: string; iconOnly?: boolean; onCopied?: () => void };

/** Copies a text and says so, on the button and to screen readers. */
export function CopyButton({ text, label, iconOnly = false, onCopied }: CopyButtonProps) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      // Absent where the page is not a secure context.
      await navigator.clipboard.writeText(text);
      announce(t('action.copied'));
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
      onCopied?.();
    } catch {
      announce(t('action.copyFailed'));
    }
  };
  const Icon = copied ? CheckIcon : CopyIcon;
  if (iconOnly) {
    return (
      <button type="button" className={controls.control} aria-label={label} title={label} onClick={copy}>
        <Icon />
      </button>
    );
  }
  return (
    <Button variant="default" leftSection={<Icon />} onClick={copy}>
      {copied ? t('action.copied') : label}
    </Button>
  );
}
