import { expect, test } from 'vitest';
import type { Invite, Person } from '$lib/api';
import { inviteState } from './invites';
import { listed, rolesToGive } from './order';

const person = (id: number, name: string, active = true): Person => ({
	id,
	name,
	active,
	role: 'member',
	online: false,
	joined: '2026-01-01T00:00:00.000000Z'
});
const people = [
	person(1, 'zoe'),
	person(2, 'Élodie'),
	person(3, 'Anna Rossi', false),
	person(4, 'anna Bianchi')
];

test('people come by name as the reader sorts, former ones last and only when asked', () => {
	expect(listed(people, '', false, 'it').map((one) => one.id)).toEqual([4, 2, 1]);
	expect(listed(people, '', true, 'it').map((one) => one.id)).toEqual([4, 2, 1, 3]);
	expect(listed(people, 'ann', true, 'it').map((one) => one.id)).toEqual([4, 3]);
});

test('nobody is offered a role above his own to give', () => {
	expect(rolesToGive('owner', 'owner')).toEqual(['member', 'admin', 'owner']);
	expect(rolesToGive('admin', 'member')).toEqual(['member', 'admin']);
	expect(rolesToGive('admin', 'owner')).toEqual([]);
});

test('an invite says why it is closed', () => {
	const invite: Invite = {
		id: 1,
		uses: 2,
		used: 1,
		role: 'member',
		expires: '2026-01-02T00:00:00.000000Z',
		by: 1,
		revoked: false
	};
	const before = Date.parse('2026-01-01T00:00:00Z');
	expect(inviteState(invite, before)).toBe('open');
	expect(inviteState({ ...invite, used: 2 }, before)).toBe('used');
	expect(inviteState({ ...invite, uses: 0, used: 900 }, before)).toBe('open');
	expect(inviteState(invite, Date.parse(invite.expires))).toBe('expired');
	expect(inviteState({ ...invite, revoked: true }, before)).toBe('revoked');
});
