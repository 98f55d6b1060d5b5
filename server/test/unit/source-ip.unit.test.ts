import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sourceNetwork } from '../../src/attempts/source.ts';
import { hostCheck, isTrustedPeer, sourceIpReader } from '../../src/http/source-ip.ts';

const from = (proxies: string[], peer: string, forwarded?: string) =>
  sourceIpReader(proxies)({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

describe('R61: where a request came from', () => {
  it('is the peer, whatever a header says, unless the peer is a listed proxy', () => {
    expect(from([], '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(from(['10.0.0.0/8'], '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(from(['10.0.0.0/8'], '10.1.1.1', '1.2.3.4')).toBe('1.2.3.4');
  });
  it('is the right-most hop that is not a proxy', () => {
    const proxies = ['10.0.0.0/8', 'fd00::/8'];
    expect(from(proxies, '10.1.1.1', '6.6.6.6, 1.2.3.4')).toBe('1.2.3.4');
    expect(from(proxies, '10.1.1.1', '6.6.6.6, 1.2.3.4, 10.2.2.2')).toBe('1.2.3.4');
    expect(from(proxies, 'fd00::1', '6.6.6.6,2001:db8::5')).toBe('2001:db8::5');
    expect(from(proxies, '10.1.1.1', '10.2.2.2, 10.3.3.3')).toBe('10.1.1.1');
  });
  it('stays with the peer when the header is empty or absent', () => {
    for (const header of [undefined, '', ' ', ',']) expect(from(['10.0.0.0/8'], '10.1.1.1', header)).toBe('10.1.1.1');
  });
  it('takes no address out of what is none', () => {
    expect(sourceNetwork(from(['10.0.0.0/8'], '10.1.1.1', '1.2.3.4, evil'))).toBe('unknown');
    expect(from(['10.0.0.0/8'], '10.1.1.1', 'x'.repeat(5000)).length).toBeLessThanOrEqual(64);
  });
  it('reads an IPv4 address in an IPv6 dress as IPv4', () => {
    expect(from([], '::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(from(['10.0.0.0/8'], '::ffff:10.1.1.1', '::ffff:1.2.3.4')).toBe('1.2.3.4');
    expect(isTrustedPeer(['10.0.0.0/8'], '::ffff:10.1.1.1')).toBe(true);
    expect(isTrustedPeer(['10.0.0.0/8'], '11.1.1.1')).toBe(false);
  });
  it('counts an IPv6 /64 as one source and an IPv4 address as one', () => {
    expect(sourceNetwork('2001:db8:1:2:3::4')).toBe(sourceNetwork('2001:db8:1:2:ffff::'));
    expect(sourceNetwork('2001:db8:1:2::4')).not.toBe(sourceNetwork('2001:db8:1:3::4'));
    expect(sourceNetwork('203.0.113.9')).not.toBe(sourceNetwork('203.0.113.8'));
    expect(sourceNetwork('::ffff:203.0.113.9')).toBe(sourceNetwork('203.0.113.9'));
  });
});

describe('R49: the host names a server answers to', () => {
  it('is its own, in any case, with or without the default port', () => {
    const own = hostCheck('https://id.example.com');
    for (const host of ['id.example.com', 'ID.EXAMPLE.COM', 'id.example.com:443']) expect(own(host)).toBe(true);
    for (const host of [
      undefined,
      '',
      'example.com',
      'id.example.com.evil.test',
      'evil.test',
      'id.example.com:444',
      'id.example.com/x',
      'x@id.example.com',
      'id.example.com?x',
      'id.example.com#x',
      'id.example.com:443:443',
      'id.example.com, evil.test',
      ' id.example.com',
      'localhost',
    ]) {
      expect([host, own(host)]).toEqual([host, false]);
    }
  });
  it('is every loopback name of the same port when it is a loopback one', () => {
    const own = hostCheck('http://localhost:8787');
    for (const host of ['localhost:8787', '127.0.0.1:8787', '[::1]:8787']) expect(own(host)).toBe(true);
    for (const host of ['localhost', 'localhost:8788', 'localhost.evil.test:8787', '10.0.0.1:8787']) {
      expect(own(host)).toBe(false);
    }
  });
});
