import { expect, test } from 'vitest';
import {
	creationOptions,
	credentialJson,
	fromBase64url,
	requestOptions,
	toBase64url
} from './webauthn';

const bytes = (...values: number[]) => new Uint8Array(values).buffer as ArrayBuffer;

test('base64url goes there and back for every length and byte', () => {
	for (let length = 0; length < 70; length++) {
		const all = Uint8Array.from({ length }, (_, at) => (at * 37 + length) % 256);
		const text = toBase64url(all.buffer);
		expect(text).not.toMatch(/[+/=]/);
		expect(new Uint8Array(fromBase64url(text))).toEqual(all);
	}
	expect(toBase64url(bytes(0xfb, 0xff))).toBe('-_8');
});

test('creation options become buffers, with and without the outer publicKey', () => {
	const json = {
		challenge: 'AQID',
		rp: { id: 'localhost', name: 'ACME' },
		user: { id: 'BAU', name: 'anna', displayName: 'Anna' },
		pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
		excludeCredentials: [{ type: 'public-key', id: 'Bgc' }]
	};
	for (const given of [json, { publicKey: json }]) {
		const options = creationOptions(given);
		expect(options.challenge).toEqual(bytes(1, 2, 3));
		expect(options.user).toEqual({ id: bytes(4, 5), name: 'anna', displayName: 'Anna' });
		expect(options.excludeCredentials?.[0]?.id).toEqual(bytes(6, 7));
		expect(options.rp).toEqual(json.rp);
	}
});

test('request options without a list mean any passkey of the device', () => {
	expect(requestOptions({ challenge: 'AQID', rpId: 'localhost' })).toMatchObject({
		challenge: bytes(1, 2, 3),
		rpId: 'localhost',
		allowCredentials: []
	});
});

test('what the authenticator answers is sent as text', () => {
	const credential = {
		id: 'AQ',
		rawId: bytes(1),
		type: 'public-key',
		authenticatorAttachment: null,
		getClientExtensionResults: () => ({}),
		response: {
			clientDataJSON: bytes(2),
			authenticatorData: bytes(3),
			signature: bytes(4),
			userHandle: null
		}
	} as unknown as PublicKeyCredential;
	expect(JSON.parse(JSON.stringify(credentialJson(credential)))).toEqual({
		id: 'AQ',
		rawId: 'AQ',
		type: 'public-key',
		clientExtensionResults: {},
		response: { clientDataJSON: 'Ag', authenticatorData: 'Aw', signature: 'BA' }
	});
});
