export type ReceiptItem = 'sessions' | 'pending-sign-ins' | 'links' | 'backup-codes';
/** What a security change ended, by count. Items with a count of 0 are left out. */
export type Receipt = ReadonlyMap<ReceiptItem, number>;

const items: readonly string[] = ['sessions', 'pending-sign-ins', 'links', 'backup-codes'];

function isItem(name: string): name is ReceiptItem {
  return items.includes(name);
}

/** Reads a dictionary of integers (RFC 9651 §3.2); members that are not known here are passed over. */
export function readReceipt(header: string | null): Receipt {
  const receipt = new Map<ReceiptItem, number>();
  for (const member of header?.split(',') ?? []) {
    const [name = '', value = ''] = member.split(';')[0]?.trim().split('=') ?? [];
    const count = /^\d+$/.test(value) ? Number(value) : 0;
    if (isItem(name) && count > 0) receipt.set(name, count);
  }
  return receipt;
}
