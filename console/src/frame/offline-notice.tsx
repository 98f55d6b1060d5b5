import { useSyncExternalStore } from 'react';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';

function subscribe(listener: () => void) {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

export function OfflineNotice() {
  const { t } = useText();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <Notice tone="warn" role="status">
      <p>{t('frame.offline')}</p>
    </Notice>
  );
}
