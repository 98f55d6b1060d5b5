import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sourceNetwork } from '../../src/attempts/source.ts';
import { hostCheck, isTrustedPeer, sourceIpReader } from '../../src/http/source-ip.ts';

const from = (proxies: string[], peer: string, list?: string, forwarded?: string) =>
  sourceIpReader(proxies, () => {})({
    socket: { remoteAddress: peer },
    headers: { ...(list !== undefined && { 'x-forwarded-for': list }), ...(forwarded !== undefined && { forwarded }) },
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
  it.each([
    ['203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:51234', '203.0.113.8'],
    ['"203.0.113.8:51234"', '203.0.113.8'],
    ['203.0.113.8:', '203.0.113.8'],
    ['2001:DB8::5', '2001:db8::5'],
    ['[2001:db8::5]', '2001:db8::5'],
    ['[2001:db8::5]:443', '2001:db8::5'],
    ['"[2001:db8::5]:443"', '2001:db8::5'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['[::ffff:203.0.113.8]:51234', '203.0.113.8'],
    ['::ffff:cb00:7108', '203.0.113.8'],
    ['203.0.113.8, ', '203.0.113.8'],
    ['6.6.6.6:1, \t203.0.113.8:51234 ,10.2.2.2:80', '203.0.113.8'],
  ])('reads %j as %s', (said, address) => {
    expect(from(['10.0.0.0/8'], '10.1.1.1', said)).toBe(address);
  });
  it.each([
    ['for=203.0.113.8', '203.0.113.8'],
    ['For="203.0.113.8:51234"; proto=https;by=10.0.0.1', '203.0.113.8'],
    ['by=_x;for="[2001:db8::5]:_obf";host="a,b;for=6.6.6.6"', '2001:db8::5'],
    ['for=[2001:db8::5]:443', '2001:db8::5'],
    ['for=6.6.6.6, for=203.0.113.8;proto=http, for=10.2.2.2', '203.0.113.8'],
    ['for="203.0.113\\.8",', '203.0.113.8'],
  ])('reads the hop of Forwarded: %s', (said, address) => {
    expect(from(['10.0.0.0/8'], '10.1.1.1', undefined, said)).toBe(address);
  });
  it('prefers X-Forwarded-For, which a proxy of that kind always writes', () => {
    expect(from(['10.0.0.0/8'], '10.1.1.1', '203.0.113.8', 'for=6.6.6.6')).toBe('203.0.113.8');
  });
  it.each([
    'evil',
    'unknown',
    '_hidden',
    '0300.0.2.1',
    '192.0.2.001',
    '0x7f.0.0.1',
    '3232235521',
    '192.0.2',
    'fe80::1%eth0',
    '[fe80::1%25eth0]:80',
    '[203.0.113.8]',
    '203.0.113.8:80:90',
    '203.0.113.8/24',
    'x'.repeat(5000),
  ])('takes no address out of %j, and says so once', (said) => {
    const told: string[] = [];
    const read = sourceIpReader(['10.0.0.0/8'], (...facts) => told.push(facts.join(' ')));
    for (const headers of [{ 'x-forwarded-for': `1.2.3.4, ${said}` }, { forwarded: `for=1.2.3.4, for="${said}"` }]) {
      const request = { socket: { remoteAddress: '10.1.1.1' }, headers } as unknown as IncomingMessage;
      expect(read(request)).toBe('unknown');
    }
    expect(told).toEqual([`10.1.1.1 ${said.slice(0, 64)}`]);
  });
  it('takes no hop out of a Forwarded that a client broke: the proxy itself counts', () => {
    const broken = [
      'for=6.6.6.6;x=", for=203.0.113.8',
      'for=6.6.6.6;x=", for="[2001:db8::5]";proto=http',
      'for=a b',
      '=',
    ];
    for (const said of broken) expect(from(['10.0.0.0/8'], '10.1.1.1', undefined, said)).toBe('10.1.1.1');
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
