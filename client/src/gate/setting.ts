/**
 * Settings that no request could ever satisfy are told when the application starts, not by refusing everybody.
 * @throws TypeError that names the setting
 */
export function assertHost(name: string, host: string): void {
  if (/^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host)) return;
  throw new TypeError(
    `${name}: a host is needed, such as app.example.com, with its port unless it is the scheme's own`,
  );
}

/** @throws TypeError */
export function assertOperation(name: string): void {
  if (!/^[^\s:]+:[^\s:]+$/.test(name)) throw new TypeError(`operation: ${name} is no name as Tag:operationId`);
}

/** @throws TypeError */
export function assertTimeout(timeout: number): void {
  if (!(timeout > 0)) throw new TypeError('timeout: milliseconds are needed, more than 0');
}
