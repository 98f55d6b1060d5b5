import { type MantineColorSchemeManager, MantineProvider } from '@mantine/core';
import { setNonce } from 'get-nonce';
import type { ReactNode } from 'react';
import { chosenScheme, rememberScheme } from '../preferences.ts';
import { cssVariables, theme } from './theme.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
// The scroll lock behind dialogs makes its own style element and takes the nonce from here.
setNonce(nonce);

const schemeInCookie: MantineColorSchemeManager = {
  get: () => chosenScheme(),
  set: rememberScheme,
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => rememberScheme('auto'),
};

/** The kit with our colours; style elements that it makes carry the nonce of this answer. */
export function Look({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemeInCookie}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      // The provider writes all variables: the kit's sheet of them would be sent for nothing.
      deduplicateCssVariables={false}
    >
      {children}
    </MantineProvider>
  );
}
