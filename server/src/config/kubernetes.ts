import type { Environment } from './setting.ts';

/**
 * The variables that Kubernetes makes for a Service whose name begins with `warifu`, in the shapes that it writes; they
 * say where a Service is and are no settings.
 */
export function serviceLinks(env: Environment): string[] {
  const services = Object.entries(env).flatMap(([name, value = '']) => {
    const [, service] = /^(WARIFU(?:_[A-Z\d_]+)?)_SERVICE_HOST$/.exec(name) ?? [];
    return service !== undefined && address.test(value) ? [service] : [];
  });
  const isLink = (name: string, value: string) => services.some((service) => isLinkOf(service, name, value));
  return Object.entries(env).flatMap(([name, value = '']) => (isLink(name, value) ? [name] : []));
}

const address = /^[\da-f.:]+$/i;
const number = /^\d{1,5}$/;
const protocol = /^(tcp|udp|sctp)$/;
const link = /^(tcp|udp|sctp):\/\/[\da-f.:[\]]+:\d{1,5}$/i;

/** What may follow the name of a Service, and what stands there. */
const shapes: readonly (readonly [RegExp, RegExp])[] = [
  [/^_SERVICE_HOST$/, address],
  [/^_SERVICE_PORT(_[A-Z\d_]+)?$/, number],
  [/^_PORT$/, link],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)$/, link],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, protocol],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, number],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, address],
];

function isLinkOf(service: string, name: string, value: string): boolean {
  if (!name.startsWith(service)) return false;
  const rest = name.slice(service.length);
  return shapes.some(([after, form]) => after.test(rest) && form.test(value));
}
