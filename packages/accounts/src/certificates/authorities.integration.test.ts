import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { newClusterId } from '@kajitori/apimachinery';
import { FakeClock } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsFixture, accountsFixture } from '../../test/fixture.ts';
import { pinOf } from './certificate.ts';

let fixture: AccountsFixture;
beforeAll(async () => {
  fixture = await accountsFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

describe('authorities', () => {
  it('are made once, by whoever comes first of many processes', async () => {
    const processes = Array.from({ length: 6 }, () => fixture.open().certificates);
    const cluster = newClusterId();
    const serving = await Promise.all(processes.map((one) => one.servingAuthority()));
    const client = await Promise.all(processes.map((one) => one.clientAuthority(cluster)));
    const pins = await Promise.all(processes.map((one) => one.servingPin()));
    for (const made of [serving, client, pins]) expect(new Set(made).size).toBe(1);
  });

  it('of a cluster vouch for its clients, and neither for those of another nor for the front proxy', async () => {
    const { certificates } = fixture.accounts;
    const [mine, other] = [newClusterId(), newClusterId()];
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const issued = new X509Certificate(
      await certificates.clientCertificate(mine, { subject: { commonName: 'me', organizations: ['dev'] }, publicKey, days: 1 }),
    );
    const verifiedBy = async (authority: string) => issued.verify(new X509Certificate(authority).publicKey);
    expect(await verifiedBy(await certificates.clientAuthority(mine))).toBe(true);
    expect(issued.subject).toBe('O=dev\nCN=me');
    expect(await verifiedBy(await certificates.clientAuthority(other))).toBe(false);
    expect(await verifiedBy(await certificates.frontProxyAuthority(mine))).toBe(false);
    expect(await verifiedBy(await certificates.servingAuthority())).toBe(false);
  });

  it('serve one key under every name, remember certificates, and renew them in time', async () => {
    const clock = new FakeClock('2026-06-01T00:00:00Z');
    const { certificates } = fixture.open({ clock });
    const [one, other] = await Promise.all([
      certificates.servingCertificate(['127.1.0.1']),
      certificates.servingCertificate(['127.1.0.2', 'localhost']),
    ]);
    expect(pinOf(one.cert)).toBe(pinOf(other.cert));
    expect(pinOf(one.cert)).toBe(await certificates.servingPin());
    expect(new X509Certificate(other.cert).checkIP('127.1.0.2')).toBe('127.1.0.2');
    expect(await certificates.servingCertificate(['127.1.0.1'])).toBe(one);
    clock.set(one.renewAt);
    const renewed = await certificates.servingCertificate(['127.1.0.1']);
    expect(renewed.cert).not.toBe(one.cert);
    expect(Date.parse(new X509Certificate(one.cert).validTo)).toBeGreaterThan(one.renewAt.getTime());
  });

  it('cannot be opened with another master key, and say so', async () => {
    await fixture.accounts.certificates.servingAuthority();
    const stranger = fixture.open({ masterKey: randomBytes(32) });
    await expect(stranger.certificates.servingAuthority()).rejects.toThrow(/MASTER_KEY_FILE/);
  });
});
