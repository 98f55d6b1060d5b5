import { Modal } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { asFailure } from '../failure.ts';
import { Look } from '../look/provider.tsx';
import { router } from '../router.tsx';

/** What the pages have read. */
export function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // An answer of the server is final; only one that did not come is asked for again.
      queries: { retry: (count, error) => asFailure(error).status === 0 && count < 2, staleTime: 5_000 },
    },
  });
}

/** Everything that is shown to somebody who is signed in. */
export function App({ queries }: { queries: QueryClient }) {
  return (
    <Look>
      <QueryClientProvider client={queries}>
        <Modal.Stack>
          <RouterProvider router={router} />
        </Modal.Stack>
      </QueryClientProvider>
    </Look>
  );
}
