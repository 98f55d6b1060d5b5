import { useBlocker } from '@tanstack/react-router';
import { useText } from '../../language.ts';
import { Dialog } from '../../look/dialog.tsx';
import { LeaveQuestion } from '../../look/leave-question.tsx';

/** Asks before changes that were not saved are lost. */
export function UnsavedGuard({ isDirty }: { isDirty: () => boolean }) {
  const { t } = useText();
  const blocker = useBlocker({
    // A dialog of the same page has an address too, and opening it loses nothing.
    shouldBlockFn: ({ current, next }) => isDirty() && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  const blocked = blocker.status === 'blocked';
  return (
    <Dialog title={t('editor.unsavedTitle')} opened={blocked} onClose={() => blocker.reset?.()}>
      <LeaveQuestion
        title={t('editor.unsavedTitle')}
        body={t('editor.unsavedBody')}
        stay={t('editor.stay')}
        leave={t('editor.discard')}
        onStay={() => blocker.reset?.()}
        onLeave={() => blocker.proceed?.()}
      />
    </Dialog>
  );
}
