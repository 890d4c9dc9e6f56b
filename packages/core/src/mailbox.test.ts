import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MailError, parseRecipient } from './index.js';

describe('one address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['  ada@example.com ', 'ada@example.com'],
    ['Ada.Lovelace+news@example.com', 'Ada.Lovelace+news@example.com'],
    ['Ada <ada@example.com>', 'ada@example.com'],
    ['<ada@example.com>', 'ada@example.com'],
    ['"Lovelace, Ada" <ada@example.com>', 'ada@example.com'],
    ['"a \\"b\\" <c@example.com>" <ada@example.com>', 'ada@example.com'],
    ['"a b"@x.com', '"a b"@x.com'],
    ['"a.b."@x.com', '"a.b."@x.com'],
    ['ada@EXAMPLE.com', 'ada@example.com'],
    ['ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@ｅｘａｍｐｌｅ.com', 'ada@example.com'],
    ['dörte@example.com', 'dörte@example.com'],
    ['用户@例子.广告', '用户@xn--fsqu00a.xn--4rr70v'],
    ["o'brien@example.com", "o'brien@example.com"],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['root@localhost', 'root@localhost'],
  ])('%j is %j', (input, address) => {
    expect(parseRecipient(input)).toBe(address);
  });
});

describe('any other input', () => {
  const LIST = 'it must be exactly one address, not a list';
  const INVISIBLE = 'it contains an invisible or control character';
  const LOOK_ALIKE = 'it contains a look-alike of @, a comma, or another special character';
  const LOCAL = 'the part before the @ is not valid';
  const DOMAIN = 'the domain is not a host name';

  test.each<[input: unknown, problem: string]>([
    ['', 'it is empty'],
    ['   ', 'it is empty'],
    ['ada', 'it has no @'],
    ['@example.com', 'the part before the @ is empty'],
    ['a@x.com,b@x.com', LIST],
    ['a@x.com;b@x.com', LIST],
    ['a@b@x.com', LIST],
    ['a@x.com b@x.com', LIST],
    ['Ada <a@x.com>, Bob <b@x.com>', LIST],
    ['b@x.com <a@x.com>', 'a display name with special characters must be in double quotes'],
    ['Lovelace, Ada <a@x.com>', 'a display name with special characters must be in double quotes'],
    ['Group: a@x.com;', LOCAL],
    ['<a@x.com><b@x.com>', LIST],
    ['a@x.com\r\nBcc: b@x.com', 'it contains a line break'],
    ['a@x.com\n', 'it contains a line break'],
    ['Ada\r\nBcc: b@x.com <a@x.com>', 'it contains a line break'],
    ['Ada\0 <a@x.com>', 'the display name contains a control character'],
    ['a\0@x.com', INVISIBLE],
    ['a@x.com\u200b', INVISIBLE],
    ['a\u202e@x.com', INVISIBLE],
    ['a\u2028@x.com', INVISIBLE],
    ['a\ud800@x.com', INVISIBLE],
    ['a@x.com，b@x.com', LOOK_ALIKE],
    ['a＠x.com', LOOK_ALIKE],
    ['a﹫b@x.com', LOOK_ALIKE],
    ['a﹐b@x.com', LOOK_ALIKE],
    ['a\u3000b@x.com', LOOK_ALIKE],
    ['a b@x.com', LOCAL],
    ['.a@x.com', LOCAL],
    ['a..b@x.com', LOCAL],
    ['"a"b"@x.com', LOCAL],
    ['"a,b"@x.com', LIST],
    ['"a@b"@x.com', LIST],
    ['a(comment)@x.com', LOCAL],
    ['a@', DOMAIN],
    ['a@x..com', DOMAIN],
    ['a@-x.com', DOMAIN],
    ['a@x_y.com', DOMAIN],
    ['a@x.com/..', DOMAIN],
    ['a@x.com?b', DOMAIN],
    ['a@%65xample.com', DOMAIN],
    ['a@127.0.0.1', 'the domain is an IP address: use a domain name'],
    ['a@0x7f000001', 'the domain is an IP address: use a domain name'],
    ['a@[127.0.0.1]', 'the domain is an address literal such as [192.0.2.1]: use a domain name'],
    [`${'a'.repeat(65)}@x.com`, 'the part before the @ is longer than 64 bytes'],
    [`${'ü'.repeat(33)}@x.com`, 'the part before the @ is longer than 64 bytes'],
    [`a@${'x'.repeat(64)}.com`, DOMAIN],
    [`a@${'x.'.repeat(125)}com`, 'it is longer than 254 bytes'],
    [`${'a'.repeat(320)}@x.com`, 'the part before the @ is longer than 64 bytes'],
    [`${'a'.repeat(1000)}@x.com`, 'it is too long'],
    [['a@x.com'], 'it must be a string with exactly one address'],
    [{ address: 'a@x.com' }, 'it must be a string with exactly one address'],
    [null, 'it must be a string with exactly one address'],
  ])('%j is refused', (input, problem) => {
    const parse = () => parseRecipient(input);

    expect(parse).toThrow(MailError);
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'recipient_invalid',
        stage: 'recipient',
        retryable: false,
        message: `The recipient is not a valid address: ${problem}.`,
        hint: 'Pass exactly one address, such as ada@example.com.',
      }),
    );
  });
});

test('every string is either exactly one address or refused', () => {
  const piece = fc.oneof(
    fc.constantFrom('@', ',', ';', '<', '>', '"', '\\', ' ', '.', '\r\n', '\0', '＠', '，', '(', ')', ':', '[', ']', 'a', 'x.com', 'ü', '@x.com', 'xn--', '%', '。', '\u200d', '℀', '㏂', '´'),
    fc.string({ maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.emailAddress(),
  ); // biome-ignore format: a list
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        fc.emailAddress({ size: '+1' }),
      ),
      (input) => {
        let address: string;
        try {
          address = parseRecipient(input);
        } catch (error) {
          expect(error).toMatchObject({ code: 'recipient_invalid' });
          return;
        }
        const isQuoted = address.startsWith('"');
        const unquoted = address.replace(/^"[^"\\]*"/, 'quoted');
        expect(unquoted.split('@')).toHaveLength(2);
        expect(unquoted).toMatch(/^[^\s,;:<>()[\]\\"]+@[a-z0-9-]+(\.[a-z0-9-]+)*$/);
        expect(address).not.toMatch(/[\p{C}\p{Zl}\p{Zp},]/u);
        // What anything downstream may do to it must not turn it into a list, or into another header.
        const normalized = address.normalize('NFKC');
        expect(normalized.split('@')).toHaveLength(2);
        expect(normalized).not.toMatch(isQuoted ? /[,;<>\r\n]/ : /[,;<>\s"]/);
        expect(Buffer.byteLength(address)).toBeLessThanOrEqual(254);
        // It is a fixed point: read again, it stays what it is.
        expect(parseRecipient(address)).toBe(address);
      },
    ),
    { numRuns: 3000 },
  );
});

test('an address is read in the same way with and without angle brackets', () => {
  const label = fc.constantFrom(
    'example',
    'a',
    'a-b',
    'a--b',
    '-a',
    'a-',
    'xn--bcher-kva',
    'xn--a',
    '1',
    '0x1',
    'EX',
    'com',
    'c1',
    'a_b',
    'é',
    'a'.repeat(63),
    'a'.repeat(64),
  );
  const atom = fc.constantFrom(
    'ada',
    'A',
    "o'neil",
    'a+b',
    'a_b',
    'ä',
    '',
    'a b',
    '"a"',
    'a'.repeat(32),
    'a'.repeat(64),
  );
  const joined = (part: fc.Arbitrary<string>, maxLength: number) =>
    fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join('.'));
  const read = (input: string) => {
    try {
      return parseRecipient(input);
    } catch (error) {
      return (error as MailError).message;
    }
  };
  fc.assert(
    fc.property(joined(atom, 3), joined(label, 5), (local, domain) => {
      const address = `${local}@${domain}`;
      expect(read(address)).toBe(read(`<${address}>`));
    }),
    { numRuns: 5000 },
  );
});
