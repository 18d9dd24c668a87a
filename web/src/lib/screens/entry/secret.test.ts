import { expect, test } from 'vitest';
import { forgetSecret, takeSecret } from './secret';

function page(hash: string, stored: Record<string, string> = {}) {
	const kept = new Map(Object.entries(stored));
	const addresses: string[] = [];
	const storage = {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
		removeItem: (key: string) => void kept.delete(key)
	} as unknown as Storage;
	const history = {
		state: { of: 'the router' },
		replaceState: (_state: unknown, _title: string, address: string) => void addresses.push(address)
	} as unknown as History;
	const location = { hash, pathname: '/join', search: '?x=1' } as Location;
	return { take: () => takeSecret('join', location, storage, history), storage, kept, addresses };
}

test('the secret leaves the address bar and survives a reload', () => {
	const first = page('#acme.s3cr%2Bt');
	expect(first.take()).toBe('acme.s3cr+t');
	expect(first.addresses).toEqual(['/join?x=1']);
	const again = page('', Object.fromEntries(first.kept));
	expect(again.take()).toBe('acme.s3cr+t');
	expect(again.addresses).toEqual([]);
});

test('a newer link wins over the one kept, and a used one is forgotten', () => {
	const one = page('#acme.new', { 'verbale.secret.join': 'acme.old' });
	expect(one.take()).toBe('acme.new');
	forgetSecret('join', one.storage);
	expect(one.kept.size).toBe(0);
});

test('a fragment that is not well encoded is taken as it stands', () => {
	expect(page('#acme.%zz').take()).toBe('acme.%zz');
});
