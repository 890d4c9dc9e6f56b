import { isIP } from 'node:net';
import { createMailer } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keysOf } from '../fixtures/keys.js';
import { clientNetwork } from './client-network.js';
import { createVerification, memoryStore } from './index.js';

/** A verification that allows one start per network. */
function setUp() {
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Code', content: '{{code}}' }],
    },
    transport: createMemoryTransport(),
  });
  const verification = createVerification({
    mailer,
    store: memoryStore(),
    keys: keysOf('the secret of these tests, 32 or more'),
    policy: { perIp: { limit: 1 } },
  });
  let count = 0;
  return (ip: string) => {
    count += 1;
    return verification.start({ to: `person${count}@example.com`, type: 'SignIn', method: 'code', ip });
  };
}

async function countAsOne(one: string, other: string): Promise<boolean> {
  const start = setUp();
  await start(one);
  return start(other).then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'rate_limited', scope: 'ip' });
      return true;
    },
  );
}

describe('one network', () => {
  test.each([
    ['an IPv4 address and its mapped form', '192.0.2.1', '::ffff:192.0.2.1'],
    ['the mapped form in hexadecimal', '192.0.2.1', '::ffff:c000:201'],
    ['the mapped form with leading zeros', '1.2.3.4', '::ffff:0102:0304'],
    ['the mapped form without an ellipsis', '9.9.9.9', '0:0:0:0:0:ffff:9.9.9.9'],
    ['the mapped form in full and in capitals', '1.2.3.4', '0000:0000:0000:0000:0000:FFFF:0102:0304'],
    ['the translated form', '192.0.2.1', '::ffff:0:192.0.2.1'],
    ['the compatible form', '192.0.2.1', '::192.0.2.1'],
    ['NAT64', '192.0.2.1', '64:ff9b::192.0.2.1'],
    ['NAT64 in hexadecimal', '192.0.2.1', '64:ff9b::c000:201'],
    ['NAT64 in full', '192.0.2.1', '0064:ff9b:0:0:0:0:192.0.2.1'],
    ['NAT64 of a local network', '192.0.2.1', '64:ff9b:1::192.0.2.1'],
    ['NAT64 of a local network, with a subnet', '192.0.2.1', '64:ff9b:1:abcd::192.0.2.1'],
    ['6to4', '192.0.2.1', '2002:c000:201::1'],
    ['6to4, another subnet', '2002:c000:201:1::1', '2002:c000:201:2::1'],
    ['Teredo', '192.0.2.45', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['two addresses of a /64', '2001:db8::1', '2001:DB8:0:0:ffff::2'],
    ['an address with a zone', '2001:db8::1', '2001:db8:0:0:1:2:3:4%eth0'],
    ['link-local addresses with zones', 'fe80::1%eth0', 'fe80::1%25en1'],
    ['an IPv4 address with a port', '192.0.2.1', '192.0.2.1:5678'],
    ['two ports', '192.0.2.1:1', '192.0.2.1:2'],
    ['brackets', '2001:db8::1', '[2001:db8::1]'],
    ['brackets and a port', '2001:db8::1', '[2001:db8::1]:443'],
    ['brackets, a zone and a port', '2001:db8::1', '[2001:db8::1%eth0]:443'],
    ['quotes, brackets and a port', '2001:db8::1', '"[2001:db8::1]:80"'],
    ['a mapped address in brackets', '192.0.2.1', '[::ffff:192.0.2.1]:80'],
    ['spaces around it', '192.0.2.1', ' 192.0.2.1 '],
    ['loopback with a port', '::1', '[::1]:443'],
    ['loopback in full', '::1', '0:0:0:0:0:0:0:1'],
  ])('%s: %s and %s', async (_, one, other) => {
    expect(await countAsOne(one, other)).toBe(true);
    expect(await countAsOne(other, one)).toBe(true);
  });
});

test.each([
  ['spaces', `${' '.repeat(60_000)}192.0.2.1`],
  ['zones', `2001:db8::1${'%'.repeat(200)}`],
  ['zones and a line break', `${'%'.repeat(2000)}\nx`],
  ['quotes', `${'"'.repeat(60_000)}192.0.2.1"`],
])('an address with too many %s shares the limit of clients without an address', async (_, ip) => {
  expect(await countAsOne('unknown', ip)).toBe(true);
});

describe('two networks', () => {
  const apart = [
    '::1',
    '::',
    '127.0.0.1',
    '0.0.0.0',
    '::ffff:0102:0304',
    '0:0:0:0:0:ffff:9.9.9.9',
    '::ffff:5.6.7.8',
    '64:ff9b::192.0.2.1',
    '64:ff9b::192.0.2.2',
    '64:ff9b:1::198.51.100.1',
    '64:ff9b:1::198.51.100.2',
    '64:ff9b:1:c000:2:100::',
    '64:ff9b:1:c000:2:200::',
    '2002:c633:6403::1',
    '2002:c633:6404::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd0',
    '2001:db8::1',
    '2001:db8:0:1::1',
    '2001:db8:1::1',
    'fe80::1',
  ];
  test('never share a limit', async () => {
    for (const one of apart) {
      const start = setUp();
      await start(one);
      for (const other of apart) if (other !== one) await start(other);
    }
  });
});

test('every spelling of an IPv6 address is one network', async () => {
  const group = fc.oneof(fc.constant(0), fc.constantFrom(1, 0xffff, 0x64, 0xff9b), fc.nat(0xffff));
  await fc.assert(
    fc.asyncProperty(fc.array(group, { minLength: 8, maxLength: 8 }), async (groups) => {
      const full = groups.map((each) => each.toString(16).padStart(4, '0')).join(':');
      const [high = 0, low = 0] = groups.slice(6);
      const dotted = [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
      const start = setUp();
      await start(full);
      for (const spelling of [
        full.toUpperCase(),
        `[${full}]:443`,
        new URL(`http://[${full}]`).hostname,
        `${full.slice(0, 29)}:${dotted}`,
      ])
        await expect(start(spelling)).rejects.toMatchObject({ code: 'rate_limited' });
    }),
    { numRuns: 300 },
  );
});

describe('accepts the same addresses as Node.js', () => {
  const characters = fc.constantFrom(...'0123456789abcdefABCDEF:.g/ ');
  const noise = fc.string({ unit: characters, maxLength: 3 });
  const v4 = fc
    .array(fc.oneof(fc.nat(300), fc.constantFrom('00', '01', '0x1', '')), { minLength: 3, maxLength: 5 })
    .map((parts) => parts.join('.'));
  const v6 = fc
    .array(fc.oneof(fc.nat(0x1ffff), fc.constant(0)), { minLength: 6, maxLength: 9 })
    .map((groups) => groups.map((group) => group.toString(16)).join(':'));
  const compressed = v6.map((text) => text.replace(/:0(?::0)*:/, '::'));
  const mixed = fc
    .tuple(compressed, v4)
    .map(([head, tail]) => `${head.split(':').slice(0, 6).join(':')}:${tail}`);
  const texts = fc
    .tuple(fc.oneof(v4, v6, compressed, mixed), fc.nat(40), noise, fc.nat(2))
    .map(([text, at, added, removed]) => text.slice(0, at) + added + text.slice(at + removed));

  test.each([
    ['addresses', fc.oneof(v4, v6, compressed, mixed)],
    ['addresses with changes', texts],
  ])('%s', (_name, source) => {
    fc.assert(
      fc.property(
        // An IPv4 address may have a port, and spaces around an address are ignored.
        source.filter((text) => text.trim() === text && !/^[\d.]+:\w+$/.test(text)),
        (text) => {
          expect([text, clientNetwork(text) !== undefined]).toEqual([text, isIP(text) !== 0]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
