// The server counts idle time from the last call of any tab, so the tabs tell each other.
let lastUsedAt = Date.now();
const channel = new BroadcastChannel('warifu-activity');

channel.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'used') lastUsedAt = Date.now();
  else if (event.data === 'ended') location.reload();
});

export function noteActivity() {
  lastUsedAt = Date.now();
  channel.postMessage('used');
}

/** Other tabs reload, find no session, and show the sign-in page. */
export function tellOthersItEnded() {
  channel.postMessage('ended');
}

export function lastActivity(): number {
  return lastUsedAt;
}
